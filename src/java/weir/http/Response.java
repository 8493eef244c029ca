package weir.http;

import java.net.SocketAddress;

/**
 * A response as a client gets it, for Java programs.
 *
 * <p>It tells what came over the wire. In Clojure the same object is the response map; what is
 * changed in that map with {@code assoc} is not seen here.
 */
public interface Response {

  /** Returns the status code. */
  int status();

  /** Returns the header fields. */
  Headers headers();

  /**
   * Returns the body: an {@link java.io.InputStream} whose reading blocks, or, from a client with
   * raw streams, a stream of buffers that the reader must release. Whoever gets it must read it to
   * the end or close it, for only then is the connection given back.
   */
  Object body();

  /** Returns the version: {@code "HTTP/1.0"}, {@code "HTTP/1.1"} or {@code "HTTP/2.0"}. */
  String protocol();

  /** Returns the reason phrase, or null when there is none, as in HTTP/2. */
  String reasonPhrase();

  /** Returns the address of the server that has answered, or of the proxy. */
  SocketAddress remoteAddress();
}
