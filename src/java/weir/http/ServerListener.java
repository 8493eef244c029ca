package weir.http;

import java.net.SocketAddress;

/**
 * Hears what a server does. Methods are called on the connection's event loop and must not block; what
 * they throw is logged and goes no further.
 */
public interface ServerListener {

  /** A connection was accepted; TLS, if any, is still to come. */
  default void connectionOpened(Connection connection) {}

  /** A connection has ended. */
  default void connectionClosed(Connection connection) {}

  /** A response has been written, or nobody is left to read it. */
  default void requestEnded(Exchange exchange) {}

  /** How a request has ended. */
  enum Outcome {
    /** With the response of the handler, whatever its status. */
    SERVED,
    /** With an error response: the handler has failed. */
    FAILED,
    /** There was no room for the request. */
    REJECTED,
    /** The request was malformed, too large or too slow. */
    REFUSED,
    /** The client went away before the end of the response. */
    ABORTED
  }

  /**
   * A connection.
   *
   * @param remote the address of the peer
   * @param local the address that it has reached
   * @param secure whether it is, or will be, encrypted
   * @param openNanos how long it has been open
   * @param requests how many requests have come
   * @param bytesRead how many bytes have come, TLS included
   * @param bytesWritten how many bytes have gone, TLS included
   */
  record Connection(
      SocketAddress remote,
      SocketAddress local,
      boolean secure,
      long openNanos,
      long requests,
      long bytesRead,
      long bytesWritten) {}

  /**
   * A request and its response.
   *
   * @param method the method token
   * @param target the raw request target, with its query
   * @param protocol the version
   * @param remote the address of the peer
   * @param status the status of the response, 0 if there was none
   * @param outcome how it has ended
   * @param bodyBytes the length of the response body, without framing
   * @param queuedNanos from the arrival of the head until the handler was called
   * @param handledNanos from there until the response was there
   * @param writtenNanos from there until the last byte has gone to the socket
   */
  record Exchange(
      String method,
      String target,
      String protocol,
      SocketAddress remote,
      int status,
      Outcome outcome,
      long bodyBytes,
      long queuedNanos,
      long handledNanos,
      long writtenNanos) {}
}
