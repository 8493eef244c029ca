package weir.http.websocket;

import clojure.lang.Keyword;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.RingRequest;
import weir.http.server.JavaApplication;
import weir.http.server.Upgradable;
import weir.http.server.WebSocketUpgrade;

/** Servers for tests, whose handler accepts WebSockets. */
final class Servers {

  static final Keyword EXCHANGE = Keyword.intern("weir", "exchange");

  /** Who calls listeners. */
  enum Threads {
    WORKERS,
    EVENT_LOOP,
    EXECUTOR
  }

  private Servers() {}

  static HttpServer start(Threads threads, WebSocketConfig config, WebSocketListener listener) {
    return start(threads, new AcceptOptions(config), listener);
  }

  static HttpServer start(Threads threads, AcceptOptions options, WebSocketListener listener) {
    return start(HttpServer.builder(), threads, options, listener);
  }

  static HttpServer start(
      HttpServer.Builder builder,
      Threads threads,
      AcceptOptions options,
      WebSocketListener listener) {
    builder.port(0).eventLoopThreads(1);
    builder.application(
        new JavaApplication(request -> accept((RingRequest) request, options, listener)));
    return switch (threads) {
      case WORKERS -> builder.start();
      case EVENT_LOOP -> builder.onEventLoop().start();
      case EXECUTOR -> builder.executor(task -> new Thread(task).start()).start();
    };
  }

  private static Object accept(
      RingRequest request, AcceptOptions options, WebSocketListener listener) {
    if (!request.path().equals("/ws")) {
      return Reply.text(request.path());
    }
    Deferred<WebSocket> socket =
        WebSocketUpgrade.accept((Upgradable) request.valAt(EXCHANGE), options, listener);
    socket.onRealized(new Ignore(), new Ignore());
    return Reply.text("dropped");
  }

  /** Marks an error as seen. */
  private static final class Ignore extends clojure.lang.AFn {
    @Override
    public Object invoke(Object x) {
      return null;
    }
  }
}
