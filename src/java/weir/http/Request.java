package weir.http;

import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.Map;
import weir.deferred.Deferred;
import weir.stream.SplicedStream;

/**
 * A request as a server's handler gets it, for Java programs.
 *
 * <p>It tells what came over the wire. In Clojure the same object is the Ring request map; what a
 * program changes in that map with {@code assoc} is not seen here. It may be read by any thread and
 * kept after the exchange has ended; only the body ends with the exchange.
 */
public interface Request {

  /** Returns the method token in the case in which it came, such as {@code "GET"}. */
  String method();

  /**
   * Returns the raw path, still percent-encoded. It is {@code "*"} for {@code OPTIONS *} and {@code
   * host:port} for {@code CONNECT}; else it begins with a slash, also for an absolute-form target.
   */
  String path();

  /** Returns the raw query: what follows the first question mark; null when there is none. */
  String query();

  /** Returns the header fields. */
  Headers headers();

  /**
   * Returns the body: an {@link java.io.InputStream} whose reading blocks, or, from a server with
   * raw streams, a stream of buffers that the reader must release; null when the request has none.
   */
  Object body();

  /** Returns {@code "https"} when the request came over TLS, else {@code "http"}. */
  String scheme();

  /** Returns the version: {@code "HTTP/1.0"}, {@code "HTTP/1.1"} or {@code "HTTP/2.0"}. */
  String protocol();

  /** Returns the address of the peer. */
  SocketAddress remoteAddress();

  /** Returns the address at which the peer has reached this server. */
  SocketAddress localAddress();

  /**
   * Returns the promise of the fields that follow a chunked body. It is kept when the body has ended,
   * fails with it, and is kept already, without fields, for other requests.
   */
  Deferred<Headers> trailers();

  /**
   * Sends an informational response, such as 103 (Early Hints), before the final one. It goes out when
   * the responses to earlier requests of the connection have, and is dropped when the final one is
   * there before.
   *
   * @param status 102 to 199
   * @param headers names to values, each a text or several in a list; null for none
   * @return false if the client cannot understand it (HTTP/1.0), or the request is answered
   * @throws IllegalArgumentException if it cannot be sent
   */
  boolean inform(int status, Map<?, ?> headers);

  /**
   * Answers the request and takes its connection: CONNECT with 200, a request that has the header
   * Upgrade with 101 and the first protocol it names. What the handler returns is dropped then.
   *
   * @param headers more headers of the response, among them maybe Upgrade; or null
   * @return a stream of the byte arrays that come, beginning with what came right behind the request;
   *     what is put into it is sent, and closing it closes the connection. With raw streams it has
   *     buffers, which the reader releases. Fails when the connection is lost before
   * @throws IllegalArgumentException if the request asks for no other protocol
   * @throws IllegalStateException if the request is hijacked, upgraded or answered already
   */
  Deferred<SplicedStream> hijack(Map<?, ?> headers);

  /** Returns the client's certificate when TLS has verified one, else null. */
  X509Certificate clientCertificate();
}
