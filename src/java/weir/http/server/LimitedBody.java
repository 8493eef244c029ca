package weir.http.server;

import io.netty.buffer.ByteBuf;
import weir.http.body.InboundBody;

/** A body that is read while it arrives, and that fails once it has grown beyond a limit. */
final class LimitedBody implements InboundBody {

  private final InboundBody body;
  private final Exchange exchange;
  private long left;

  LimitedBody(InboundBody body, Exchange exchange, long limit) {
    this.body = body;
    this.exchange = exchange;
    this.left = limit;
  }

  @Override
  public boolean isGathered() {
    return body.isGathered();
  }

  @Override
  public void content(ByteBuf piece) {
    left -= piece.readableBytes();
    if (left < 0) {
      piece.release();
      exchange.lane().bodyTooLarge(exchange);
    } else {
      body.content(piece);
    }
  }

  @Override
  public int held() {
    return body.held();
  }

  @Override
  public void end() {
    body.end();
  }

  @Override
  public void fail(Throwable cause) {
    body.fail(cause);
  }

  @Override
  public void abandon() {
    body.abandon();
  }
}
