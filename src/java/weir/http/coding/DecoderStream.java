package weir.http.coding;

import java.io.IOException;
import java.nio.ByteBuffer;
import weir.bytes.BlockInputStream;

/** What a decoder makes of its input, step by step. */
abstract class DecoderStream extends BlockInputStream {

  static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** What was decoded and is not read yet. */
  ByteBuffer out = NOTHING;

  /** Goes on decoding; returns false at the end, and once the stream is closed. */
  abstract boolean step() throws IOException;

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    while (length > 0 && !out.hasRemaining()) {
      if (!step()) {
        return -1;
      }
    }
    int n = Math.min(length, out.remaining());
    out.get(target, offset, n);
    return n;
  }
}
