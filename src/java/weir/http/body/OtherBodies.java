package weir.http.body;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import weir.bytes.Bytes;
import weir.stream.Coercions;

/** Bodies of types that only the byte conversions know. */
final class OtherBodies {

  private OtherBodies() {}

  /**
   * Returns a way to stream {@code body}.
   *
   * @throws IllegalArgumentException if it cannot be turned into bytes
   */
  static StreamingBody of(Object body, Executor executor) {
    IEventSource source = isSource(body) ? Coercions.toSource(body) : null;
    if (source != null) {
      return new SourceBody(source);
    }
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

  /** A deferred, a map or a set could be read as a source of messages, but is a mistake here. */
  private static boolean isSource(Object body) {
    return !(body instanceof IDeferred || body instanceof Map || body instanceof Set);
  }
}
