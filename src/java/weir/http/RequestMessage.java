package weir.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import weir.deferred.Deferred;
import weir.stream.SplicedStream;

/**
 * What a {@link RingRequest} is a view of: one request as a protocol has decoded it. The server's
 * exchanges implement it.
 *
 * <p>Each method must be cheap, must not block, and must give the same answer for ever, on any
 * thread, also after the exchange has ended and its connection is closed: a program may keep the
 * request map. So an implementation captures what a closed channel no longer knows, and never
 * reuses the object for another request.
 */
public interface RequestMessage {

  /** Returns the method token, in the case in which it came. */
  HttpMethod method();

  /** Returns the raw request target: all between method and version, or the {@code :path}. */
  String target();

  /** Returns the header fields; {@code host} stands for {@code :authority}. Never changes. */
  HttpHeaders headers();

  /** Returns the version: {@code "HTTP/1.0"}, {@code "HTTP/1.1"} or {@code "HTTP/2.0"}. */
  String protocol();

  /** Returns whether the request came over TLS, or over a proxy that ended TLS for us. */
  boolean secure();

  /** Returns the addresses of the connection. */
  Endpoints endpoints();

  /** Returns the body as the handler gets it: an InputStream, a stream of buffers, or null. */
  Object body();

  /** Returns whether the connection can serve another request after this one. */
  boolean keepAlive();

  /** Returns {@link System#nanoTime} of the moment when the request arrived. */
  long arrivedNanos();

  /** Returns the channel of the connection, or of the stream in HTTP/2. */
  Channel channel();

  /** Returns where {@code :server-name} and {@code :server-port} come from. */
  default ServerNamePolicy serverNamePolicy() {
    return ServerNamePolicy.LOCAL_ADDRESS;
  }

  /** Returns the authority that a trusted proxy says the client has asked for, else null. */
  default String forwardedHost() {
    return null;
  }

  /** Returns the TLS session, or null without TLS. */
  default SSLSession sslSession() {
    return null;
  }

  /** Returns the leaf certificate that the client has proved to own, or null. */
  default X509Certificate clientCertificate() {
    SSLSession session = sslSession();
    if (session == null) {
      return null;
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate
          ? (X509Certificate) chain[0]
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null; // how a session says that the client sent no certificate
    }
  }

  /** Returns a deferred that is realized when the client has gone away, or null. */
  default Object closed() {
    return null;
  }

  /** Returns the promise of the fields behind a body that comes in chunks, else null. */
  default Deferred<Headers> trailers() {
    return null;
  }

  /**
   * Sends an informational response before the final one; see {@link Request#inform}.
   *
   * @param headers names to values, each a text or several in a list; null for none
   */
  default boolean inform(int status, Map<?, ?> headers) {
    return false;
  }

  /**
   * Answers the request and takes its connection; see {@link Request#hijack}.
   *
   * @throws IllegalArgumentException if the request asks for no other protocol
   */
  default Deferred<SplicedStream> hijack(Map<?, ?> headers) {
    throw new IllegalArgumentException(
        "cannot hijack a request of " + protocol() + " (expected: HTTP/1.1)");
  }

  /** Returns the protocol that an extended CONNECT of HTTP/2 asks for (RFC 8441), else null. */
  default String connectProtocol() {
    return null;
  }

  /** Returns {@code :aleph/writable?}, the AtomicBoolean of an HTTP/2 stream, else null. */
  default Object writable() {
    return null;
  }

  /** Returns {@code :aleph/h2-exception}, the reference to an HTTP/2 stream's error, else null. */
  default Object streamError() {
    return null;
  }
}
