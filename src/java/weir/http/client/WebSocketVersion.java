package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import weir.net.tls.Alpn;
import weir.net.tls.Tls;

/**
 * Waits for the TLS handshake of a WebSocket's connection and adds the handlers of what was agreed on by
 * ALPN. A server that knows nothing of ALPN gets HTTP/1.1, if that is allowed.
 */
final class WebSocketVersion extends ChannelInboundHandlerAdapter {

  private final WebSocketAttempt attempt;
  private final WebSocketDialer dialer;
  private final List<String> versions;

  WebSocketVersion(WebSocketAttempt attempt, WebSocketDialer dialer, List<String> versions) {
    this.attempt = attempt;
    this.dialer = dialer;
    this.versions = versions;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    attempt.began(ctx.channel().eventLoop());
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
    } else if (handshake.isSuccess()) {
      agreed(ctx.pipeline());
    } else {
      attempt.failed(handshake.cause());
    }
  }

  private void agreed(ChannelPipeline pipeline) {
    String chosen = ((SslHandler) pipeline.get(Tls.HANDLER)).applicationProtocol();
    boolean http2 = Alpn.HTTP2.equals(chosen);
    if (!versions.contains(http2 ? Alpn.HTTP2 : Alpn.HTTP1_1)) {
      attempt.failed(
          new WebSocketClientHandshakeException(
              "the server has chosen "
                  + (chosen == null ? "no version of HTTP" : chosen)
                  + " inside TLS (expected: "
                  + String.join(", ", versions)
                  + "); :http-versions says what a WebSocket may take"));
      return;
    }
    if (http2) {
      dialer.addHttp2(pipeline, versions);
    } else {
      dialer.addHttp1(pipeline);
    }
    pipeline.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    attempt.failed(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    attempt.lost();
    ctx.fireChannelInactive();
  }
}
