package weir.net.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsyncMapping;
import io.netty.util.concurrent.Future;

/** Waits for the name of the server that a client wants, and makes way for that one's handler. */
final class ServerNameHandler extends SniHandler {

  private static final int MAX_CLIENT_HELLO_BYTES = 64 * 1024;

  private final SniContext contexts;

  ServerNameHandler(SniContext contexts) {
    super(
        (AsyncMapping<String, SslContext>) (name, promise) -> promise, // lookup() is what is asked
        MAX_CLIENT_HELLO_BYTES,
        Tls.HANDSHAKE_TIMEOUT_MILLIS);
    this.contexts = contexts;
  }

  @Override
  protected Future<SslContext> lookup(ChannelHandlerContext ctx, String hostname) {
    return contexts.find(hostname, ctx.executor());
  }

  @Override
  protected void replaceHandler(ChannelHandlerContext ctx, String hostname, SslContext context) {
    SslHandler handler = context.newHandler(ctx.alloc());
    ctx.pipeline().replace(this, Tls.HANDLER, handler);
  }
}
