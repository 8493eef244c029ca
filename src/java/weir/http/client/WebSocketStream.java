package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import weir.http.http2.ResponseFields;
import weir.http.http2.StreamBytes;
import weir.http.websocket.WebSocketSession;

/**
 * Asks for a WebSocket on a stream of HTTP/2 and waits for the answer, then leaves the stream to it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8441#section-5">RFC 8441 §5</a>
 */
final class WebSocketStream extends ChannelInboundHandlerAdapter {

  private final WebSocketAttempt attempt;
  private final StringBuilder body = new StringBuilder();
  private HttpResponse refusal;

  WebSocketStream(WebSocketAttempt attempt) {
    this.attempt = attempt;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(
            new DefaultHttp2HeadersFrame(Http2Heads.webSocket(attempt.handshake()), false))
        .addListener(
            sent -> {
              if (!sent.isSuccess()) {
                attempt.failed(sent.cause());
              }
            });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof Http2HeadersFrame frame) {
      headersCame(ctx, frame);
    } else if (msg instanceof Http2DataFrame frame) {
      if (body.length() < WebSocketAttempt.MAX_BODY) {
        body.append(frame.content().toString(StandardCharsets.UTF_8));
      }
      boolean last = frame.isEndStream() || body.length() >= WebSocketAttempt.MAX_BODY;
      frame.release();
      if (last) {
        refused();
      }
    } else {
      ReferenceCountUtil.release(msg);
    }
  }

  private void headersCame(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
    if (refusal == null) {
      ResponseFields head = ResponseFields.of(frame.headers());
      if (head.fault() != null) {
        attempt.failed(new ProtocolException("the response has " + head.fault()));
        return;
      }
      if (head.isInterim()) {
        return;
      }
      boolean agreed = HttpStatusClass.valueOf(head.status()) == HttpStatusClass.SUCCESS;
      if (agreed && !frame.isEndStream()) {
        open(ctx, head);
        return;
      }
      refusal = Http2Heads.response(head);
    }
    if (frame.isEndStream()) {
      refused();
    }
  }

  private void refused() {
    if (!attempt.isOver()) {
      attempt.refused(refusal, body.toString());
    }
  }

  private void open(ChannelHandlerContext ctx, ResponseFields head) {
    if (attempt.isOver()) {
      return;
    }
    WebSocketSession session;
    try {
      session =
          attempt
              .handshake()
              .streamSession(
                  head.fields(), attempt.listener(), attempt.carrier(ctx.channel().eventLoop()));
    } catch (WebSocketClientHandshakeException e) {
      attempt.failed(e);
      return;
    }
    attempt.agreed(head.fields());
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addLast(StreamBytes.NAME, new StreamBytes());
    session.install(pipeline);
    pipeline.remove(this);
    attempt.opened(session);
  }

  /** The server has reset the stream, or goes away without having looked at it. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (refusal != null) {
      ctx.fireUserEventTriggered(event); // there is an answer, of which no more will come
    } else if (event instanceof Http2ResetFrame frame) {
      unanswered("the server has reset the stream", frame.errorCode());
    } else if (event instanceof Http2GoAwayFrame frame) {
      unanswered("the server has sent GOAWAY", frame.errorCode());
      frame.release();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void unanswered(String what, long code) {
    Http2Error error = Http2Error.valueOf(code);
    attempt.failed(
        new WebSocketClientHandshakeException(
            what
                + " before the websocket handshake was answered, error code "
                + (error == null ? "" : error)
                + "("
                + code
                + ")"));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (refusal != null) {
      refused(); // a body that was cut
    }
    attempt.lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    attempt.failed(cause);
  }
}
