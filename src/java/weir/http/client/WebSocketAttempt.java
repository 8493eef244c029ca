package weir.http.client;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.util.concurrent.Future;
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

/**
 * The making of one WebSocket, whichever version of HTTP it takes: what comes of it, how long it may
 * last, and how it is given up. Methods are for event loops, but for {@link #result} and {@link
 * #dialing}.
 */
final class WebSocketAttempt {

  /** So much of a refusal's body is kept, in characters. */
  static final int MAX_BODY = 64 * 1024;

  private final ClientHandshake handshake;
  private final WebSocketConnect options;
  private final Origin origin;
  private final WebSocketListener listener;
  private final Deferred<WebSocket> result = Deferred.create(null);
  private volatile Dialing dialing;
  private volatile Channel channel;
  private volatile Future<?> timer;

  WebSocketAttempt(
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

  ClientHandshake handshake() {
    return handshake;
  }

  WebSocketListener listener() {
    return listener;
  }

  ClientCarrier carrier(EventLoop loop) {
    return new ClientCarrier(loop, options.executor());
  }

  // ---- connections

  /** Somebody connects, or has done so already. */
  void dialing(Dialing started) {
    dialing = started;
    if (result.realized() && channel == null) {
      started.cancel();
    }
  }

  /** There is a connection, with its handlers in place. */
  void connected(Channel c) {
    channel = c;
    if (result.realized()) {
      c.close();
    }
  }

  /** The connection is of no use: there will be another one. */
  void leave(Channel c) {
    channel = null;
    c.close();
  }

  /** The time that the server has for its answer begins; not again with another connection. */
  void began(EventLoop loop) {
    long millis = options.handshakeTimeout().toMillis();
    if (millis > 0 && timer == null) {
      timer = loop.schedule(this::timedOut, millis, TimeUnit.MILLISECONDS);
    }
  }

  private void timedOut() {
    String text = "no websocket handshake within " + options.handshakeTimeout().toMillis() + " ms";
    failed(new TimeoutException(text));
  }

  /** Nobody wants the socket any more, or there will be none. */
  private void giveUp() {
    stopTimer();
    Channel c = channel;
    Dialing d = dialing;
    if (c != null) {
      c.close();
    } else if (d != null) {
      d.cancel();
    }
  }

  // ---- what comes of it

  /** Returns whether that is decided already. */
  boolean isOver() {
    return result.realized();
  }

  /** The server has agreed, with these fields; the session is about to begin. */
  void agreed(HttpHeaders headers) {
    stopTimer();
    if (listener instanceof DuplexStream duplex) {
      duplex.handshakeHeaders(new HeaderMap(headers));
    }
  }

  /** The session is in its pipeline. */
  void opened(WebSocketSession session) {
    if (!result.success(session)) {
      session.goAway(); // given up while the server's answer was read
    }
  }

  /** The server has answered otherwise. Netty's exception is final: its cause has the data. */
  void refused(HttpResponse response, String body) {
    String text = "Invalid handshake response getStatus: " + response.status();
    Object[] data = {
      Keyword.intern("status"),
      (long) response.status().code(),
      Keyword.intern("headers"),
      new HeaderMap(response.headers()),
      Keyword.intern("body"),
      body
    };
    WebSocketClientHandshakeException e = new WebSocketClientHandshakeException(text, response);
    e.initCause(new ExceptionInfo(text, new PersistentArrayMap(data)));
    failed(e);
  }

  /** The connection is closed, and there was no answer. */
  void lost() {
    failed(
        new WebSocketClientHandshakeException(
            "the connection was closed before the websocket handshake was answered"));
  }

  /** There will be no socket; a connection that there is, is closed. */
  void failed(Throwable cause) {
    stopTimer();
    Throwable inner =
        (cause instanceof DecoderException || cause instanceof Http2FrameStreamException)
                && cause.getCause() != null
            ? cause.getCause()
            : cause;
    result.error(ConnectFailures.translate(inner, origin.hostName(), origin.port()));
  }

  private void stopTimer() {
    Future<?> t = timer;
    if (t != null) {
      t.cancel(false);
    }
  }
}
