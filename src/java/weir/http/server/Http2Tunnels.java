package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import weir.http.http2.StreamBytes;
import weir.http.websocket.WebSocketSession;

/** Streams that leave HTTP behind CONNECT (RFC 9113 §8.5, RFC 8441). */
final class Http2Tunnels {

  private Http2Tunnels() {}

  /** Gives a stream, as a channel of bytes, to who takes it over. */
  static void begin(ChannelHandlerContext ctx, Takeover takeover) {
    ctx.pipeline().addLast(StreamBytes.NAME, new StreamBytes());
    try {
      takeover.taken(ctx.channel());
    } catch (Throwable t) {
      ErrorResponses.LOG.error(
          "could not take over a stream of {}", ctx.channel().remoteAddress(), t);
      ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
    }
  }

  /** The server stops: whoever has a WebSocket on that stream is told so. */
  static void goAway(Channel stream) {
    WebSocketSession socket = stream.pipeline().get(WebSocketSession.class);
    if (socket != null) {
      socket.goAway();
    }
  }
}
