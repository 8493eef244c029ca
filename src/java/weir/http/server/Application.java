package weir.http.server;

import weir.http.RingRequest;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.WebSocketListener;

/** What a server serves: a Ring handler, or Java's. Called on the threads of the config. */
public interface Application {

  /**
   * Answers a request.
   *
   * @return a Ring response map, a {@link weir.http.Reply}, null for 204, or anything that can be
   *     coerced to a deferred of these
   */
  Object handle(RingRequest request) throws Exception;

  /** Answers a request whose handler has failed; same results as {@link #handle}. */
  Object onError(RingRequest request, Throwable error) throws Exception;

  /** Answers a request that the executor has rejected; same results; runs on the event loop. */
  Object onRejected(RingRequest request) throws Exception;

  /**
   * Returns what hears of a WebSocket's events, when the response is a map with {@code
   * :ring.websocket/listener}.
   *
   * @param listener what stands there
   */
  default WebSocketListener socketListener(Object listener) throws Exception {
    throw new UnsupportedOperationException(
        ":ring.websocket/listener needs Ring's websocket protocols on the class path");
  }

  /** Returns how such WebSockets are accepted. */
  default AcceptOptions socketOptions() {
    return AcceptOptions.DEFAULT;
  }

  /**
   * Returns whether bodies that write themselves end when their stream is closed. Else they end when
   * the method that writes them returns.
   */
  default boolean bodiesEndByClosing() {
    return false;
  }

  /** A request was answered with this status before any handler has seen it. On the event loop. */
  default void onRefused(int status) {}
}
