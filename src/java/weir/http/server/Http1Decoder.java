package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * The decoder of requests, which stops after one that may end HTTP on this connection: what
 * follows is in another protocol, or is not, as the response says. It is kept until then.
 */
final class Http1Decoder extends StrictDecoder {

  private boolean inHeader;
  private boolean mayChange;
  private boolean holding;
  private boolean paused;
  private boolean dropping;

  Http1Decoder(HttpDecoderConfig config) {
    super(config);
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) throws Exception {
    inHeader = true;
    return super.createMessage(initialLine);
  }

  /** The header that had begun is complete, or refused. */
  void headerCame() {
    inHeader = false;
  }

  /** Returns whether the first bytes of a header are there. Only between requests. */
  boolean isInHeader() {
    return inHeader || actualReadableBytes() > 0;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (dropping) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (holding || paused && isBetweenRequests()) {
      return;
    }
    int before = out.size();
    super.decode(ctx, in, out);
    for (int i = before; i < out.size(); i++) {
      Object message = out.get(i);
      if (message instanceof HttpRequest request) {
        mayChange = mayChangeProtocol(request);
      }
      if (mayChange && message instanceof LastHttpContent) {
        holding = true;
      }
    }
  }

  /** RFC 9110 §7.8 and §9.3.6. */
  private static boolean mayChangeProtocol(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.UPGRADE)
        || request.method() == HttpMethod.CONNECT;
  }

  /** Returns whether it waits for the response to the last request. */
  boolean isHolding() {
    return holding;
  }

  /** The connection goes on with HTTP. */
  void goOn() {
    holding = false;
    mayChange = false;
  }

  /** Keeps what comes after the current request until {@link #unpause}. */
  void pause() {
    paused = true;
  }

  void unpause() {
    paused = false;
  }

  boolean isPaused() {
    return paused;
  }

  /** Drops whatever comes from now on, and what was kept. */
  void drop() {
    dropping = true;
  }

  /** Returns whether something was kept. */
  boolean hasKept() {
    return actualReadableBytes() > 0;
  }

  /** Decodes what was kept. Not while it is decoding. */
  void resume(ChannelHandlerContext ctx) throws Exception {
    if (!ctx.isRemoved()) {
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
      channelReadComplete(ctx);
    }
  }
}
