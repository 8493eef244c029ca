package weir.http;

import java.io.OutputStream;

/**
 * A response body that writes itself, where no stream and no sequence fits.
 *
 * <pre>{@code
 * Reply.of(200).body((BodyWriter) out -> report.renderTo(out));
 * }</pre>
 */
@FunctionalInterface
public interface BodyWriter {

  /**
   * Writes the body; called once, on a thread that may block. Writes wait while the client reads more
   * slowly than this writes. What is written is held back until the first flush, until more than the
   * server's output buffer was written, or until the end: a body that ends before gets a
   * Content-Length. The body ends when this returns, or with a Ring handler that answers
   * asynchronously when {@code out} is closed, on any thread but an event loop.
   *
   * @param out throws an IOException when the client has gone away or the body has ended
   * @throws Exception what went wrong: a 500 if nothing was sent yet, else the connection is cut
   */
  void writeTo(OutputStream out) throws Exception;
}
