package weir.http.server;

import io.netty.channel.Channel;
import javax.net.ssl.SSLSession;
import weir.http.ResponseHead;
import weir.http.body.StreamedBody;

/**
 * Where an exchange takes place: an HTTP/1 connection, which has one exchange after the other, or a
 * stream of an HTTP/2 connection, which has one. It decides how what an {@link Exchange} has to say
 * looks on the wire, and when it is sent.
 *
 * <p>Methods are for the event loop unless they say otherwise.
 */
interface Lane {

  /** On any thread. */
  ServerContext context();

  /** On any thread. */
  ServerLoop loop();

  /** Returns the channel that lives as long as the client waits. On any thread. */
  Channel channel();

  /** On any thread. */
  Peer peer();

  /** Returns the session, which stays readable when the connection is gone; null without TLS. */
  SSLSession sslSession();

  /** Returns whether heads are those of HTTP/2. On any thread. */
  boolean isHttp2();

  /** Returns the protocol of an extended CONNECT (RFC 8441), else null. On any thread. */
  default String connectProtocol() {
    return null;
  }

  /** Returns {@code :aleph/writable?} of a stream, else null. On any thread. */
  default Object writable() {
    return null;
  }

  /** Returns {@code :aleph/h2-exception} of a stream, else null. On any thread. */
  default Object streamError() {
    return null;
  }

  /** Returns a head as it is kept in {@link Exchange#head}. On any thread. */
  Object encode(ResponseHead head);

  /** Returns what a body works on that is read while it arrives. */
  StreamedBody.Owner owner(Exchange exchange);

  /**
   * A response is encoded.
   *
   * @param fresh the writer that has its head, null if the exchange has it already
   */
  void finished(Exchange exchange, HeadWriter fresh);

  /** Informational responses are there for an exchange. */
  void inform(Exchange exchange);

  /** The client is to be told that it may send the body. */
  void allowBody(Exchange exchange);

  /** The body is not wanted. */
  void dropBody(Exchange exchange);

  /** The request body has outgrown its limit. */
  void bodyTooLarge(Exchange exchange);
}
