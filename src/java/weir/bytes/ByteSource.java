package weir.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Something that hands out its bytes piece by piece. Not for use by several threads at once. */
public interface ByteSource {

  /** All that can be a source: these, streams, channels, buffers, and what extends the protocol. */
  Kind KIND =
      new Kind() {
        @Override
        public boolean covers(Class<?> c) {
          ProtocolKind protocol = Protocols.byteSourceKind();
          return isBuiltIn(c) || protocol != null && protocol.covers(c);
        }

        @Override
        public Object shown() {
          ProtocolKind protocol = Protocols.byteSourceKind();
          return protocol == null ? ByteSource.class : protocol.shown();
        }
      };

  /**
   * Takes the next bytes.
   *
   * @param n take at most so many; fewer only at the end where the source can tell
   * @return bytes in any representation, or null at the end
   * @throws IOException if reading fails, which never looks like the end
   */
  Object takeBytes(int n, Options options) throws IOException;

  private static boolean isBuiltIn(Class<?> c) {
    return InputStream.class.isAssignableFrom(c)
        || ReadableByteChannel.class.isAssignableFrom(c)
        || ByteBuffer.class.isAssignableFrom(c)
        || ByteSource.class.isAssignableFrom(c)
        || Adapter.covers(c);
  }

  /**
   * Takes the next bytes from any source.
   *
   * @return bytes in any representation, or null at the end
   * @throws IllegalArgumentException if {@code source} is none
   */
  static Object take(Object source, int n, Options options) throws IOException {
    if (source instanceof ByteSource s) {
      return s.takeBytes(n, options);
    }
    if (source instanceof InputStream in) {
      byte[] bytes = in.readNBytes(n);
      return bytes.length == 0 && n > 0 ? null : bytes;
    }
    if (source instanceof ReadableByteChannel channel) {
      return read(channel, n, options);
    }
    if (source instanceof ByteBuffer b) {
      return slice(b, n);
    }
    Adapter<Object> adapter = Adapter.of(source);
    if (adapter != null) {
      return adapter.takeBytes(source, n, options);
    }
    ProtocolKind protocol = Protocols.byteSourceKind();
    if (source == null || protocol == null || !protocol.covers(source.getClass())) {
      throw new IllegalArgumentException(source + " is no source of bytes");
    }
    return Protocols.take(source, n, options);
  }

  private static ByteBuffer read(ReadableByteChannel channel, int n, Options options)
      throws IOException {
    ByteBuffer chunk = Chunks.allocate(n, options.direct());
    int got = 0;
    // A channel that does not block says 0 when it has nothing: then a short chunk has to do.
    while (chunk.hasRemaining() && got >= 0 && !(got == 0 && chunk.position() > 0)) {
      if (got == 0 && Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new java.nio.channels.ClosedByInterruptException();
      }
      got = channel.read(chunk);
    }
    return got < 0 && chunk.position() == 0 ? null : chunk.flip();
  }

  private static ByteBuffer slice(ByteBuffer b, int n) {
    if (!b.hasRemaining()) {
      return null;
    }
    int length = Math.min(n, b.remaining());
    ByteBuffer slice = b.slice(b.position(), length).order(b.order());
    b.position(b.position() + length);
    return slice;
  }
}
