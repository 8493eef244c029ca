package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import javax.net.ssl.SSLException;
import weir.net.tls.Alpn;
import weir.net.tls.Failures;
import weir.net.tls.Tls;

/**
 * Waits for the TLS handshake and adds the handlers of what was agreed on by ALPN (RFC 7301). A server
 * that knows nothing of ALPN gets HTTP/1.1.
 */
final class ProtocolChoice extends ChannelInboundHandlerAdapter {

  private final Connecting attempt;
  private final ClientConfig config;
  private Throwable failure;

  ProtocolChoice(Connecting attempt, ClientConfig config) {
    this.attempt = attempt;
    this.config = config;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (!handshake.isSuccess()) {
      attempt.failed(handshake.cause());
      return;
    }
    ChannelPipeline pipeline = ctx.pipeline();
    String chosen = ((SslHandler) pipeline.get(Tls.HANDLER)).applicationProtocol();
    try {
      if (Alpn.HTTP2.equals(chosen)) {
        ClientPipeline.addHttp2(pipeline, config, attempt);
      } else {
        ClientPipeline.addHttp1(pipeline, config, true, attempt);
      }
    } catch (RuntimeException e) { // a transform of the program's
      attempt.failed(e);
      return;
    }
    ctx.fireUserEventTriggered(event); // to those that are there now
    pipeline.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (failure == null) {
      Origin origin = attempt.pool().origin();
      failure =
          cause.getCause() instanceof SSLException tls
              ? Failures.atClient(tls, origin.hostName(), origin.port())
              : cause;
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    attempt.failed(failure == null ? new IOException("the connection was closed") : failure);
    ctx.fireChannelInactive();
  }
}
