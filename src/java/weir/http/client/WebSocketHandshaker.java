package weir.http.client;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.http.HeaderMap;
import weir.http.websocket.ClientHandshake;
import weir.http.websocket.DuplexStream;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketSession;
import weir.net.Dialing;

/** Sends the handshake of a WebSocket and waits for the answer, then leaves the pipeline to it. */
final class WebSocketHandshaker extends ChannelInboundHandlerAdapter {

  private static final int MAX_BODY = 64 * 1024;

  private final ClientHandshake handshake;
  private final WebSocketConnect options;
  private final Origin origin;
  private final WebSocketListener listener;
  private final Deferred<WebSocket> result = Deferred.create(null);
  private volatile Dialing dialing;
  private volatile Channel channel;
  private final StringBuilder body = new StringBuilder();
  private HttpResponse response;
  private Future<?> timer;

  WebSocketHandshaker(
      ClientHandshake handshake,
      WebSocketConnect options,
      Origin origin,
      WebSocketListener listener) {
    this.handshake = handshake;
    this.options = options;
    this.origin = origin;
    this.listener = listener;
    result.listen(
        new Callback() {
          @Override
          protected void onSuccess(Object value) {
            if (!(value instanceof WebSocketSession)) {
              giveUp();
            }
          }

          @Override
          protected void onError(Object error) {
            giveUp();
          }
        });
  }

  Deferred<WebSocket> result() {
    return result;
  }

  /** There is an attempt to connect, which may be over already. */
  void dialing(Dialing attempt) {
    dialing = attempt;
    if (result.realized() && channel == null) {
      attempt.cancel();
    }
  }

  /** There is a connection, and this handler is in its pipeline. */
  void connected(Channel c) {
    channel = c;
    if (result.realized()) {
      c.close();
    }
  }

  /** There is none. */
  void failed(Throwable cause) {
    fail(null, cause);
  }

  /** Nobody wants the socket any more, or there will be none. */
  private void giveUp() {
    Channel c = channel;
    Dialing d = dialing;
    if (c != null) {
      c.close();
    } else if (d != null) {
      d.cancel();
    }
  }

  /** The request waits, if it must, in the handlers of TLS and of the proxy. */
  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    long millis = options.handshakeTimeout().toMillis();
    if (millis > 0) {
      timer = ctx.executor().schedule(() -> timedOut(ctx), millis, TimeUnit.MILLISECONDS);
    }
    ctx.writeAndFlush(Unpooled.wrappedBuffer(handshake.request()));
    ctx.fireChannelActive();
  }

  private void timedOut(ChannelHandlerContext ctx) {
    String text = "no websocket handshake within " + options.handshakeTimeout().toMillis() + " ms";
    fail(ctx, new TimeoutException(text));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof HttpResponse r) {
      response = r;
    }
    if (msg instanceof HttpContent content) {
      if (body.length() < MAX_BODY) {
        body.append(content.content().toString(StandardCharsets.UTF_8));
      }
      content.release();
      if (content.decoderResult().isFailure()) {
        fail(ctx, content.decoderResult().cause());
      } else if (msg instanceof LastHttpContent || body.length() >= MAX_BODY) {
        answered(ctx);
      }
    } else if (!(msg instanceof HttpResponse)) {
      ReferenceCountUtil.release(msg);
    }
  }

  private void answered(ChannelHandlerContext ctx) {
    if (result.realized()) {
      return;
    }
    if (response.decoderResult().isFailure()) {
      fail(ctx, response.decoderResult().cause());
    } else if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      open(ctx);
    } else {
      fail(ctx, refused());
    }
  }

  private void open(ChannelHandlerContext ctx) {
    EventLoop loop = ctx.channel().eventLoop();
    WebSocketSession session;
    try {
      session = handshake.session(response, listener, new ClientCarrier(loop, options.executor()));
    } catch (WebSocketClientHandshakeException e) {
      fail(ctx, e);
      return;
    }
    stopTimer();
    if (listener instanceof DuplexStream duplex) {
      duplex.handshakeHeaders(new HeaderMap(response.headers()));
    }
    ChannelPipeline pipeline = ctx.pipeline();
    session.install(pipeline);
    pipeline.remove(this);
    pipeline.remove(HttpResponseDecoder.class); // passes on the bytes that it has kept
    if (!result.success(session)) {
      session.goAway(); // given up while the server's answer was read
    }
  }

  /** Netty's exception is final, so that the data of the response stand with its cause. */
  private WebSocketClientHandshakeException refused() {
    String text = "Invalid handshake response getStatus: " + response.status();
    Object[] data = {
      Keyword.intern("status"),
      (long) response.status().code(),
      Keyword.intern("headers"),
      new HeaderMap(response.headers()),
      Keyword.intern("body"),
      body.toString()
    };
    WebSocketClientHandshakeException e = new WebSocketClientHandshakeException(text, response);
    e.initCause(new ExceptionInfo(text, new PersistentArrayMap(data)));
    return e;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (response != null) {
      answered(ctx); // a body that ends by closing
    }
    fail(
        ctx,
        new WebSocketClientHandshakeException(
            "the connection was closed before the websocket handshake was answered"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause);
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    stopTimer();
    if (ctx != null) {
      ctx.close();
    }
    result.error(translate(cause));
  }

  private Throwable translate(Throwable cause) {
    Throwable inner =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    return ConnectFailures.translate(inner, origin.hostName(), origin.port());
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
