package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the first bytes of a connection without TLS: a client that knows of our HTTP/2 begins with
 * its preface, which is no request of HTTP/1.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-3.3">RFC 9113 §3.3</a>
 */
final class VersionByPreface extends ChannelInboundHandlerAdapter {

  static final String NAME = "version-by-preface";

  private static final Logger LOG = LoggerFactory.getLogger(VersionByPreface.class);
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ConnectionInitializer initializer;
  private final ServerContext context;
  private final Meter meter;
  private ProxyProtocol.Told told;
  private ByteBuf kept;
  private Waiting waiting;

  VersionByPreface(ConnectionInitializer initializer, ServerContext context, Meter meter) {
    this.initializer = initializer;
    this.context = context;
    this.meter = meter;
  }

  /** Bounds the time until it is known in which version a client speaks. */
  private final class Waiting extends ConnectionTimer {
    private final ChannelHandlerContext ctx;
    private final long since = System.nanoTime();
    private long begun;

    Waiting(ChannelHandlerContext ctx) {
      this.ctx = ctx;
    }

    @Override
    void check(long now) {
      if (kept != null && begun == 0) {
        begun = now;
      }
      Timeouts timeouts = context.config().timeouts();
      if (kept == null
          ? isOver(timeouts.keepAlive(), since, now)
          : isOver(timeouts.header(), begun, now)) {
        LOG.debug("{} has begun no request in time", ctx.channel().remoteAddress());
        ctx.close();
      }
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    waiting = new Waiting(ctx);
    context.loop(ctx.channel().eventLoop()).sweep().add(waiting);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ByteBuf bytes = (ByteBuf) msg;
    if (kept != null) {
      bytes = ctx.alloc().buffer(PREFACE.length).writeBytes(kept).writeBytes(bytes);
      kept.release();
      ((ByteBuf) msg).release();
    }
    kept = bytes;
    int n = Math.min(bytes.readableBytes(), PREFACE.length);
    for (int i = 0; i < n; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
        initializer.addHttp1(ctx.pipeline(), false, meter);
        goOn(ctx);
        return;
      }
    }
    if (n == PREFACE.length) {
      initializer.addHttp2(ctx.pipeline(), false, meter, null);
      goOn(ctx);
    }
  }

  private void goOn(ChannelHandlerContext ctx) {
    if (told != null) {
      ctx.fireUserEventTriggered(told);
    }
    ctx.pipeline().remove(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ProxyProtocol.Told proxy) {
      told = proxy;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    context.loop(ctx.channel().eventLoop()).sweep().remove(waiting);
    if (kept != null) {
      ByteBuf bytes = kept;
      kept = null;
      ctx.fireChannelRead(bytes);
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (kept != null) {
      kept.release();
      kept = null;
    }
    ctx.fireChannelInactive();
  }
}
