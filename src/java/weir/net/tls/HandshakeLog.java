package weir.net.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in one line why a client was turned away, closes the connection, and tells nobody else. */
final class HandshakeLog extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  private boolean said;
  private boolean agreed;

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      agreed = handshake.isSuccess();
      if (!agreed) {
        say(ctx, handshake.cause());
        ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable inner = cause instanceof DecoderException ? cause.getCause() : cause;
    boolean chosen = agreed || !(cause instanceof DecoderException); // or the choice by name failed
    if (chosen && !(inner instanceof SSLException)) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    say(ctx, inner == null ? cause : inner);
    ctx.close();
  }

  private void say(ChannelHandlerContext ctx, Throwable cause) {
    if (said) {
      return;
    }
    said = true;
    if (cause instanceof ClosedChannelException) {
      LOG.debug("{} went away during the TLS handshake", ctx.channel().remoteAddress());
      return;
    }
    SslHandler handler = ctx.pipeline().get(SslHandler.class);
    String[] enabled = handler == null ? null : handler.engine().getEnabledProtocols();
    LOG.info(
        "SSL handshake failure: {}: {}",
        ctx.channel().remoteAddress(),
        Failures.atServer(cause, enabled));
  }
}
