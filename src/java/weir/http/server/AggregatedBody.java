package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.util.Arrays;
import weir.http.RequestBodyType;
import weir.http.body.GatheredBody;
import weir.http.body.InboundBody;
import weir.stream.Stream;

/** A body that is gathered as a whole before the handler is called. */
final class AggregatedBody implements InboundBody {

  private final Exchange exchange;
  private final long limit;
  private final RequestBodyType type;
  private byte[] bytes;
  private int length;

  /**
   * @param limit how many bytes it may have
   * @param type what the handler gets
   */
  AggregatedBody(Exchange exchange, long limit, RequestBodyType type) {
    this.exchange = exchange;
    this.limit = limit;
    this.type = type;
  }

  @Override
  public boolean isGathered() {
    return true;
  }

  @Override
  public void content(ByteBuf piece) {
    int n = piece.readableBytes();
    if (length + (long) n > limit) {
      piece.release();
      exchange.lane().bodyTooLarge(exchange);
      return;
    }
    ensure(n);
    piece.readBytes(bytes, length, n);
    length += n;
    piece.release();
  }

  /** Grows with what has come: an announced length alone reserves no memory. */
  private void ensure(int more) {
    if (bytes == null) {
      bytes = new byte[more];
    } else if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.min(length * 2, 1 << 30)));
    }
  }

  @Override
  public int held() {
    return length;
  }

  @Override
  public void end() {
    exchange.body(type == RequestBodyType.INPUT_STREAM ? inputStream() : stream());
    exchange.loop().entry().dispatch(exchange);
  }

  private Object inputStream() {
    if (bytes != null) {
      return new GatheredBody(bytes, length);
    }
    boolean stream = RequestBodies.wantsStream(exchange.headers(), exchange.context().config());
    return stream ? InputStream.nullInputStream() : null;
  }

  /** A stream of one message; a buffer is unpooled, so that nothing is lost if nobody releases it. */
  private Object stream() {
    Stream<Object> stream = Stream.create();
    if (bytes != null) {
      boolean raw = type == RequestBodyType.RAW_STREAM;
      stream.put(raw ? Unpooled.wrappedBuffer(bytes, 0, length) : Arrays.copyOf(bytes, length));
    }
    stream.close();
    return stream;
  }

  /** Returns the body of a request that has none, where bodies are streams: one at its end. */
  static Object emptyStream() {
    Stream<Object> stream = Stream.create();
    stream.close();
    return stream;
  }

  @Override
  public void fail(Throwable cause) {
    bytes = null; // the handler was not called yet, and will not be
  }

  @Override
  public void abandon() {
    bytes = null;
  }
}
