package weir.http.websocket;

/**
 * The threads of one session: who calls its listener, and how its event loop hears of what was sent
 * elsewhere. Each side of HTTP has its own. Methods may be called on any thread.
 */
public interface Carrier {

  /**
   * Has {@link WebSocketSession#runEvents} called soon, and again while it returns true. Not called
   * anew before it has returned false.
   */
  void deliver(WebSocketSession session);

  /** Has {@link WebSocketSession#writeOutgoing} called soon, on the session's event loop. */
  void outgoing(WebSocketSession session);
}
