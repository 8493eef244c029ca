package weir.http.websocket;

import io.netty.channel.Channel;
import weir.deferred.Deferred;
import weir.http.Endpoints;

/**
 * A WebSocket connection. Every method may be called on any thread, and none blocks. Messages of one
 * thread are sent in the order of the calls; a message is never mixed with another.
 */
public interface WebSocket {

  /**
   * Sends a message.
   *
   * @param message a CharSequence is sent as text; a byte[], ByteBuffer or ByteBuf (released) as
   *     binary; a {@link PreparedMessage} or one of Netty's WebSocketFrames as it is; and null as an
   *     empty binary message. Arrays and buffers must not change until the result is there
   * @return true when it has been written to the socket; false if the socket is closed. It is
   *     realized on the event loop
   * @throws IllegalArgumentException if it is none of these
   */
  Deferred<Boolean> send(Object message);

  /**
   * Sends a message like {@link #send}, without telling when it is written.
   *
   * @return false if the socket is closed
   */
  boolean offer(Object message);

  /**
   * Sends a PING, unless one is unanswered.
   *
   * @param payload at most 125 bytes
   * @return true when the next PONG comes, false when the socket is closed before
   * @throws IllegalArgumentException if the payload is too long
   */
  Deferred<Boolean> ping(byte[] payload);

  /**
   * Sends a PING and expects nothing: its PONG goes to {@link WebSocketListener#onPong}.
   *
   * @param payload at most 125 bytes
   * @return false if the socket is closed
   * @throws IllegalArgumentException if the payload is too long
   */
  boolean sendPing(byte[] payload);

  /**
   * Sends a PONG.
   *
   * @param payload at most 125 bytes
   * @return false if the socket is closed
   * @throws IllegalArgumentException if the payload is too long
   */
  boolean sendPong(byte[] payload);

  /**
   * Starts the closing handshake: nothing can be sent after this, and messages that still come are
   * dropped. The connection ends with the peer's answer, or after the close timeout.
   *
   * @param code a code that may be sent, or -1 for none
   * @param reason at most 123 bytes in UTF-8; null is none
   * @return whether this call has started it, once the frame is written
   * @throws IllegalArgumentException if the code or the reason cannot be sent
   */
  Deferred<Boolean> close(int code, String reason);

  /** Closes the connection at once, without any handshake. */
  void abort();

  /** Returns whether messages can be sent. */
  boolean isOpen();

  /**
   * Stops calls of the listener, after the running one if this is it, until {@link #resume}. Once a
   * few messages wait, the socket is not read. The end of the connection undoes this.
   */
  void pause();

  /** Lets the listener be called again. */
  void resume();

  /** Returns how many bytes wait to be written to the socket: those that the peer does not take. */
  long unsentBytes();

  /** Returns the sub-protocol that was agreed on, or null. */
  String subProtocol();

  /** Returns the agreed extensions as in the header of the handshake, or null. */
  String extensions();

  /** Returns the code of the peer's Close: 1005 if it has none, -1 while there is no Close. */
  int peerCloseCode();

  /** Returns the reason of the peer's Close, or null while there is none. */
  String peerCloseReason();

  /** Returns the addresses of the connection. */
  Endpoints endpoints();

  /** Returns Netty's channel. */
  Channel channel();
}
