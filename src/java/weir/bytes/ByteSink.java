package weir.bytes;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.WritableByteChannel;

/** Something that bytes can be sent to. Not for use by several threads at once. */
public interface ByteSink {

  /** All that can be a sink: these, streams, channels, and what extends the protocol. */
  Kind KIND =
      new Kind() {
        @Override
        public boolean covers(Class<?> c) {
          ProtocolKind protocol = Protocols.byteSinkKind();
          return ByteSink.class.isAssignableFrom(c)
              || OutputStream.class.isAssignableFrom(c)
              || WritableByteChannel.class.isAssignableFrom(c)
              || protocol != null && protocol.covers(c);
        }

        @Override
        public Object shown() {
          ProtocolKind protocol = Protocols.byteSinkKind();
          return protocol == null ? ByteSink.class : protocol.shown();
        }
      };

  /** Writes all of {@code bytes}, which may be any representation. */
  void sendBytes(Object bytes, Options options) throws IOException;

  /**
   * Sends all of {@code bytes} to any sink; a channel that takes only a part is asked again.
   *
   * @throws IllegalArgumentException if {@code sink} is none
   */
  static void send(Object sink, Object bytes, Options options) throws IOException {
    if (sink instanceof ByteSink s) {
      s.sendBytes(bytes, options);
    } else if (sink instanceof OutputStream out) {
      Chunks.write(Bytes.toByteBuffer(bytes, options), out);
    } else if (sink instanceof WritableByteChannel channel) {
      Chunks.writeFully(Bytes.toByteBuffer(bytes, options).duplicate(), channel);
    } else {
      ProtocolKind protocol = Protocols.byteSinkKind();
      if (sink == null || protocol == null || !protocol.covers(sink.getClass())) {
        throw new IllegalArgumentException(sink + " is no sink of bytes");
      }
      Protocols.send(sink, bytes, options);
    }
  }
}
