package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.http2.FrameCodecs;
import weir.http.http2.FrameGuard;
import weir.http.http2.Http2Config;
import weir.net.tls.Alpn;

/**
 * An HTTP/2 connection of which one stream is a WebSocket: asks for that when the server has said that
 * it takes extended CONNECT, and is closed when the stream has ended. Everything runs on its event loop.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8441#section-3">RFC 8441 §3</a>
 */
final class WebSocketConnection extends ChannelInboundHandlerAdapter implements FrameGuard.Alarm {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private final WebSocketAttempt attempt;
  private final WebSocketDialer dialer;
  private final List<String> versions;
  private final Http2FrameCodec codec;
  private final Http2Config config;
  private ChannelHandlerContext ctx;
  private boolean settingsCame;
  private boolean left; // for another connection

  /**
   * @param versions that the handshake may take
   */
  WebSocketConnection(
      WebSocketAttempt attempt,
      WebSocketDialer dialer,
      List<String> versions,
      Http2FrameCodec codec,
      Http2Config config) {
    this.attempt = attempt;
    this.dialer = dialer;
    this.versions = versions;
    this.codec = codec;
    this.config = config;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    if (c.channel().isActive()) {
      begin();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext c) {
    begin();
    c.fireChannelActive();
  }

  private void begin() {
    attempt.began(ctx.channel().eventLoop());
    try {
      FrameCodecs.openWindow(codec, config);
      ctx.flush(); // the preface, too
    } catch (Http2Exception e) {
      failed(e);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (msg instanceof Http2SettingsFrame frame && !settingsCame) {
      settingsCame = true;
      settingsCame(Boolean.TRUE.equals(frame.settings().connectProtocolEnabled()));
    }
    ReferenceCountUtil.release(msg);
  }

  private void settingsCame(boolean takesConnect) {
    if (takesConnect) {
      Future<Http2StreamChannel> opening = new Http2StreamChannelBootstrap(ctx.channel()).open();
      opening.addListener(
          done -> {
            if (done.isSuccess()) {
              opened(opening.getNow());
            } else {
              attempt.failed(done.cause());
            }
          });
    } else if (versions.contains(Alpn.HTTP1_1)) {
      left = true;
      attempt.leave(ctx.channel());
      dialer.dial(List.of(Alpn.HTTP1_1));
    } else {
      attempt.failed(
          new WebSocketClientHandshakeException(
              "the server takes no WebSockets over HTTP/2: its SETTINGS are without"
                  + " ENABLE_CONNECT_PROTOCOL of RFC 8441 (expected: a server that has it, or :http1"
                  + " among :http-versions)"));
    }
  }

  private void opened(Http2StreamChannel stream) {
    stream.closeFuture().addListener(closed -> ctx.close());
    stream.pipeline().addLast("websocket-handshake", new WebSocketStream(attempt));
  }

  @Override
  public void cut(Http2Error error, String sent) {
    LOG.warn("{} has sent {}; closing", ctx.channel().remoteAddress(), sent);
    ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(error));
    attempt.failed(new Http2Exception(error, "the server has sent " + sent));
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    LOG.debug("the connection of a websocket to {} failed", c.channel().remoteAddress(), cause);
    failed(cause);
    c.close();
  }

  private void failed(Throwable cause) {
    if (!left) {
      attempt.failed(cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    if (!left) {
      attempt.lost();
    }
    c.fireChannelInactive();
  }
}
