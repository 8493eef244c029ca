package weir.http.client;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import weir.http.websocket.WebSocketSession;

/**
 * Sends the handshake of a WebSocket in HTTP/1.1 and waits for the answer, then leaves the pipeline to
 * it.
 */
final class WebSocketHandshaker extends ChannelInboundHandlerAdapter {

  private final WebSocketAttempt attempt;
  private final StringBuilder body = new StringBuilder();
  private HttpResponse response;
  private boolean begun;

  WebSocketHandshaker(WebSocketAttempt attempt) {
    this.attempt = attempt;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      begin(ctx);
    }
  }

  /** The request waits, if it must, in the handlers of TLS and of the proxy. */
  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    begin(ctx);
    ctx.fireChannelActive();
  }

  private void begin(ChannelHandlerContext ctx) {
    if (begun) {
      return; // active before the handler was there, and only told of it now
    }
    begun = true;
    attempt.began(ctx.channel().eventLoop());
    ctx.writeAndFlush(Unpooled.wrappedBuffer(attempt.handshake().request()));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof HttpResponse r) {
      response = r;
    }
    if (msg instanceof HttpContent content) {
      if (body.length() < WebSocketAttempt.MAX_BODY) {
        body.append(content.content().toString(StandardCharsets.UTF_8));
      }
      content.release();
      if (content.decoderResult().isFailure()) {
        attempt.failed(content.decoderResult().cause());
      } else if (msg instanceof LastHttpContent || body.length() >= WebSocketAttempt.MAX_BODY) {
        answered(ctx);
      }
    } else if (!(msg instanceof HttpResponse)) {
      ReferenceCountUtil.release(msg);
    }
  }

  private void answered(ChannelHandlerContext ctx) {
    if (attempt.isOver()) {
      return;
    }
    if (response.decoderResult().isFailure()) {
      attempt.failed(response.decoderResult().cause());
    } else if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      open(ctx);
    } else {
      attempt.refused(response, body.toString());
    }
  }

  private void open(ChannelHandlerContext ctx) {
    WebSocketSession session;
    try {
      session =
          attempt
              .handshake()
              .session(response, attempt.listener(), attempt.carrier(ctx.channel().eventLoop()));
    } catch (WebSocketClientHandshakeException e) {
      attempt.failed(e);
      return;
    }
    attempt.agreed(response.headers());
    ChannelPipeline pipeline = ctx.pipeline();
    session.install(pipeline);
    pipeline.remove(this);
    pipeline.remove(HttpResponseDecoder.class); // passes on the bytes that it has kept
    attempt.opened(session);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (response != null) {
      answered(ctx); // a body that ends by closing
    }
    attempt.lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    attempt.failed(cause);
  }
}
