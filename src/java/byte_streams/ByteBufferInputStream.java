package byte_streams;

import java.nio.ByteBuffer;

/** The older name of {@link clj_commons.byte_streams.ByteBufferInputStream}. */
public class ByteBufferInputStream extends clj_commons.byte_streams.ByteBufferInputStream {

  /** Makes a stream of the remaining bytes of {@code buffer}. */
  public ByteBufferInputStream(ByteBuffer buffer) {
    super(buffer);
  }
}
