package weir.http.client;

import aleph.utils.ConnectionTimeoutException;
import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
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
import weir.deferred.Deferred;
import weir.http.HeaderMap;
import weir.http.Url;
import weir.http.websocket.ClientHandshake;
import weir.http.websocket.DuplexStream;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketSession;
import weir.net.tls.Failures;

/** Sends the handshake of a WebSocket and waits for the answer, then leaves the pipeline to it. */
final class WebSocketHandshaker extends ChannelInboundHandlerAdapter {

  private static final int MAX_BODY = 64 * 1024;

  private final ClientHandshake handshake;
  private final WebSocketConnect options;
  private final Url url;
  private final WebSocketListener listener;
  private final Deferred<WebSocket> result = Deferred.create(null);
  private final StringBuilder body = new StringBuilder();
  private HttpResponse response;
  private Future<?> timer;

  WebSocketHandshaker(
      ClientHandshake handshake, WebSocketConnect options, Url url, WebSocketListener listener) {
    this.handshake = handshake;
    this.options = options;
    this.url = url;
    this.listener = listener;
  }

  Deferred<WebSocket> result() {
    return result;
  }

  void connected(ChannelFuture connect) {
    if (!connect.isSuccess()) {
      fail(null, connect.cause());
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
    result.success(session);
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
    if (cause instanceof ConnectTimeoutException) {
      return new ConnectionTimeoutException(cause.getMessage(), cause);
    }
    Throwable inner =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    return url.isSecure() ? Failures.atClient(inner, url.host(), url.effectivePort()) : inner;
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
