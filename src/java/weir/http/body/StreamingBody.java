package weir.http.body;

import clojure.lang.Sequential;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import manifold.stream.core.IEventSource;

/** A body on its way out, sent piece by piece. */
public interface StreamingBody {

  /** Returns the number of bytes if it is known before reading, else -1. */
  long length();

  /** Starts to write into {@code sink}; called once, on the event loop. */
  void start(BodySink sink);

  /** Lets go of the source: it will not be read, or no more. May be called on any thread. */
  void discard();

  /**
   * Returns this body, whose pieces the thread that reads them encodes; null if they come on the event
   * loop, where the caller encodes them. Either this or what is returned is started and discarded.
   *
   * @param coders makes one coder, on that thread
   * @param announced how long the plain body has to be, or -1
   */
  default StreamingBody encoded(Supplier<PieceCoder> coders, long announced) {
    return null;
  }

  /** Returns the way to stream {@code body}, whose strings are sent in UTF-8. */
  static StreamingBody of(Object body, Executor executor) {
    return of(body, null, executor);
  }

  /**
   * Returns the way to stream {@code body}.
   *
   * @param contentType the message's content type, whose charset encodes the elements of a sequence;
   *     may be null
   * @param executor runs what can only be read by blocking
   * @throws IllegalArgumentException if it is nothing that can be sent
   */
  static StreamingBody of(Object body, String contentType, Executor executor) {
    if (body instanceof StreamingBody streaming) {
      return streaming;
    }
    if (body instanceof IEventSource source) {
      return new SourceBody(source);
    }
    if (body instanceof InputStream in) {
      return new BlockingBody(new BlockingBody.StreamPieces(in), executor);
    }
    if (body instanceof StreamedContent content) {
      return new BlockingBody(new BlockingBody.ContentPieces(content), executor);
    }
    if (body instanceof File file) {
      return FileBody.whole(file.toPath(), executor);
    }
    if (body instanceof Path path) {
      return FileBody.whole(path, executor);
    }
    if (body instanceof FileSlice slice) {
      return FileBody.of(slice, executor);
    }
    if (body instanceof Sequential || body instanceof List) {
      return new BlockingBody(
          new BlockingBody.SeqPieces((Iterable<?>) body, Bodies.charset(contentType)), executor);
    }
    return OtherBodies.of(body, executor);
  }

  /**
   * Returns the way to stream a body of which so many bytes are read at once; null if it is no file, no
   * region of one and no InputStream, which alone are read so.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  static StreamingBody inChunks(Object body, int chunkBytes, Executor executor) {
    if (body instanceof InputStream in) {
      return new BlockingBody(new BlockingBody.StreamPieces(in, chunkBytes), executor);
    }
    if (body instanceof FileSlice slice) {
      return FileBody.of(
          new FileSlice.Of(slice.path(), slice.start(), slice.byteCount(), chunkBytes), executor);
    }
    if (body instanceof File || body instanceof Path) {
      Path path = body instanceof File file ? file.toPath() : (Path) body;
      return FileBody.whole(path, chunkBytes, executor);
    }
    return null;
  }
}
