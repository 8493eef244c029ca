package weir.http;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * What a {@link RingResponse} is a view of: one response as a protocol has decoded it. The client's
 * exchanges implement it, under the same rules as {@link RequestMessage}.
 */
public interface ResponseMessage {

  /** Returns the status code. */
  int status();

  /** Returns the header fields. Never changes. */
  HttpHeaders headers();

  /** Returns the body as the program gets it: an InputStream, a stream of buffers, or null. */
  Object body();

  /** Returns whether the connection can serve another request after this one. */
  boolean keepAlive();

  /** Returns the version: {@code "HTTP/1.0"}, {@code "HTTP/1.1"} or {@code "HTTP/2.0"}. */
  String protocol();

  /** Returns the reason phrase, or null when there is none, as in HTTP/2. */
  String reasonPhrase();

  /** Returns the addresses of the connection. */
  Endpoints endpoints();

  /** Returns how many ms it took to get a connection, 0 for a reused one, or -1 if unknown. */
  default long connectionMillis() {
    return -1;
  }

  /** Returns how many ms passed between sending and the response, or -1 if unknown. */
  default long requestMillis() {
    return -1;
  }

  /** Returns the deferred of the trailer fields, or null when none are kept. */
  default Object trailers() {
    return null;
  }
}
