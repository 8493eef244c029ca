package weir.http;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.nonNegative;
import static weir.options.Options.truthy;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import weir.http.body.BodyRule;
import weir.http.server.AsyncCalls;
import weir.http.server.RingApplication;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.WebSocketOptions;

/** Starts servers for Ring handlers: what the facades' {@code start-server} and {@code run-server} do. */
public final class RingServer {

  /** Names of the options that are read here; {@link ServerOptions#NAMES} has the others. */
  public static final List<String> NAMES =
      List.of(
          "async?",
          "async-timeout",
          "async-timeout-handler",
          "error-handler",
          "rejected-handler",
          "shutdown-executor?",
          "websocket-options");

  private RingServer() {}

  /**
   * Starts a server; returns when its socket is bound.
   *
   * @param place what was called, for reports of unknown options
   * @param threadPrefix how the names of its event loop threads begin
   * @param handler of a request; or of request, {@code respond} and {@code raise} with {@code :async?}
   * @param options Keywords to values, or null
   * @param bodies which response bodies write themselves; null for each {@link BodyWriter}
   * @throws IllegalArgumentException if an option has a bad value
   * @throws java.net.BindException if the address is in use or not ours
   */
  public static HttpServer start(
      String place, String threadPrefix, Object handler, Map<?, ?> options, BodyRule bodies) {
    return start(place, threadPrefix, handler, options, bodies, null);
  }

  /**
   * Starts a server whose handler may answer with Ring's WebSockets.
   *
   * @param listeners a function from one of Ring's listeners to a {@link
   *     weir.http.websocket.WebSocketListener}
   */
  public static HttpServer start(
      String place,
      String threadPrefix,
      Object handler,
      Map<?, ?> options,
      BodyRule bodies,
      IFn listeners) {
    Map<?, ?> given = options == null ? Map.of() : options;
    IFn function = instance(IFn.class, ":handler", handler, "a function");
    HttpServer.Builder builder =
        HttpServer.builder()
            .threadPrefix(threadPrefix)
            .application(
                new RingApplication(
                        function,
                        asyncCalls(given),
                        function(given, "error-handler"),
                        function(given, "rejected-handler"))
                    .sockets(listeners, socketOptions(given)));
    if (bodies != null) {
      builder.bodyRule(bodies);
    }
    ServerOptions.set(builder, place, given, NAMES);
    HttpServer server = builder.start();
    if (!Boolean.FALSE.equals(get(given, "shutdown-executor?"))
        && get(given, "executor") instanceof ExecutorService executor) {
      IFn shutDown = new ShutDown(executor);
      server.stopped().onRealized(shutDown, shutDown);
    }
    return server;
  }

  private static AsyncCalls asyncCalls(Map<?, ?> options) {
    Object async = get(options, "async?");
    Object timeout = get(options, "async-timeout");
    IFn timeoutHandler = function(options, "async-timeout-handler");
    if (!truthy(async)) {
      if (timeout != null || timeoutHandler != null) {
        throw illegal(":async?", async, "true with :async-timeout and :async-timeout-handler");
      }
      return null;
    }
    long millis = timeout == null ? 0 : nonNegative(":async-timeout", timeout);
    if (timeoutHandler != null && millis == 0) {
      throw illegal(":async-timeout", timeout, "a number above 0 with :async-timeout-handler");
    }
    return new AsyncCalls(millis, timeoutHandler);
  }

  private static AcceptOptions socketOptions(Map<?, ?> options) {
    Object given = get(options, "websocket-options");
    return given == null
        ? AcceptOptions.DEFAULT
        : WebSocketOptions.accept(
            ":websocket-options", instance(Map.class, ":websocket-options", given, "a map"));
  }

  private static IFn function(Map<?, ?> options, String name) {
    Object f = get(options, name);
    return f == null ? null : instance(IFn.class, ":" + name, f, "a function");
  }

  private static Object get(Map<?, ?> options, String name) {
    return options.get(Keyword.intern(name));
  }

  private static final class ShutDown extends AFn {
    private final ExecutorService executor;

    ShutDown(ExecutorService executor) {
      this.executor = executor;
    }

    @Override
    public Object invoke(Object outcome) {
      executor.shutdown();
      return null;
    }
  }
}
