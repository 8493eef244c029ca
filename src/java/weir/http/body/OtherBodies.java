package weir.http.body;

import java.io.IOException;
import java.util.concurrent.Executor;
import weir.bytes.Bytes;

/** Bodies of types that only the byte conversions know. */
final class OtherBodies {

  private OtherBodies() {}

  /**
   * Returns a way to stream {@code body}.
   *
   * @throws IllegalArgumentException if it cannot be turned into bytes
   */
  static StreamingBody of(Object body, Executor executor) {
    try {
      return new BlockingBody(new BlockingBody.StreamPieces(Bytes.toInputStream(body)), executor);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          ":body of "
              + body.getClass()
              + " (expected: a string, bytes, a buffer, an InputStream, a file, a sequence, or a"
              + " stream of these)",
          e);
    }
  }
}
