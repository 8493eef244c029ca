package weir.http.websocket;

import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * What happens on a {@link WebSocket}. The methods are called one at a time, in the order in which
 * things happen, on threads that may block (on the event loop if the server runs its handlers
 * there). A method that throws ends the connection with code 1011.
 */
public interface WebSocketListener {

  /** The connection is open; before anything else, once. */
  default void onOpen(WebSocket socket) throws Exception {}

  /** A whole text message has come. */
  default void onText(WebSocket socket, String text) throws Exception {}

  /** A whole binary message has come; the array is the listener's. */
  default void onBinary(WebSocket socket, byte[] data) throws Exception {}

  /** A frame has come, instead of messages, if the connection was asked for raw frames. */
  default void onFrame(WebSocket socket, WebSocketFrame frame) throws Exception {
    frame.release();
  }

  /** A PING has come; it has been answered, unless {@link #answersPings}. */
  default void onPing(WebSocket socket, byte[] data) throws Exception {}

  /** A PONG has come. */
  default void onPong(WebSocket socket, byte[] data) throws Exception {}

  /**
   * The connection has failed: the peer broke the protocol or has gone away without a Close, or a
   * method of this listener has thrown. {@link #onClose} follows.
   */
  default void onError(WebSocket socket, Throwable cause) throws Exception {}

  /**
   * The connection is over; after everything else, once.
   *
   * @param code of the Close that came first, this side's or the peer's; 1005 if it had none, 1006 if
   *     there was no Close
   * @param reason its reason, maybe empty
   */
  default void onClose(WebSocket socket, int code, String reason) throws Exception {}

  /** Returns whether {@link #onPing} answers; else each PING is answered at once. */
  default boolean answersPings() {
    return false;
  }
}
