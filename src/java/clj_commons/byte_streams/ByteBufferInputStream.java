package clj_commons.byte_streams;

import java.nio.ByteBuffer;

/** Reads from the buffer it is given, whose position it moves. */
public class ByteBufferInputStream extends weir.bytes.ByteBufferInputStream {

  /** Makes a stream of the remaining bytes of {@code buffer}. */
  public ByteBufferInputStream(ByteBuffer buffer) {
    super(buffer);
  }
}
