package weir.http.coding;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What Zstandard (RFC 8878) has compressed, in one or more frames. Unlike the library's own stream it
 * tells when the last frame is cut short, and refuses frames that need more memory than RFC 9659 lets
 * them have.
 */
final class ZstdStream extends DecoderStream {

  private static final int MAX_WINDOW_BYTES = 8 * 1024 * 1024;
  private static final int BUFFER_BYTES = 8192;
  private static final int OUT_BYTES = 32 * 1024;
  private static final int MAGIC = 0xFD2FB528;
  private static final int SINGLE_SEGMENT = 0x20;
  private static final int[] DICTIONARY_ID_BYTES = {0, 1, 2, 4};
  private static final int[] CONTENT_SIZE_BYTES = {0, 2, 4, 8};

  private final InputStream in;
  private final byte[] chunk = new byte[BUFFER_BYTES];
  private final ByteBuffer coded =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private ZstdDecompressCtx decoder = new ZstdDecompressCtx(); // null once it is closed
  private boolean betweenFrames = true;
  private boolean hasMore; // the output was full, so the decoder may hold more

  ZstdStream(InputStream in) {
    this.in = in;
    this.out = ByteBuffer.allocateDirect(OUT_BYTES).limit(0);
  }

  @Override
  boolean step() throws IOException {
    if (decoder == null) {
      return false;
    }
    if (!coded.hasRemaining() && !hasMore && !fill()) {
      if (betweenFrames) {
        return false;
      }
      throw cutShort();
    }
    if (betweenFrames) {
      checkFrame();
    }
    out.clear();
    try {
      betweenFrames = decoder.decompressDirectByteBufferStream(out, coded);
    } catch (ZstdException e) {
      out.limit(0);
      throw new IOException("the body is not zstd: " + e.getMessage(), e);
    }
    hasMore = !betweenFrames && !out.hasRemaining();
    out.flip();
    return true;
  }

  private static EOFException cutShort() {
    return new EOFException("the zstd body is cut short");
  }

  private boolean fill() throws IOException {
    coded.compact();
    int n = in.read(chunk, 0, Math.min(chunk.length, coded.remaining()));
    coded.put(chunk, 0, Math.max(n, 0)).flip();
    return n > 0;
  }

  private void need(int n) throws IOException {
    while (coded.remaining() < n) {
      if (!fill()) {
        throw cutShort();
      }
    }
  }

  /** RFC 8878 §3.1.1.1: how much memory the frame that begins here needs. */
  private void checkFrame() throws IOException {
    need(6);
    int at = coded.position();
    if (coded.getInt(at) != MAGIC) {
      return; // a frame to skip, or none at all, which the decoder tells
    }
    int descriptor = coded.get(at + 4);
    long window;
    if ((descriptor & SINGLE_SEGMENT) == 0) {
      int b = coded.get(at + 5) & 0xff;
      long base = 1L << 10 + (b >> 3);
      window = base + base / 8 * (b & 7);
    } else {
      window = contentSize(descriptor, at + 5 + DICTIONARY_ID_BYTES[descriptor & 3]);
    }
    if (window < 0 || window > MAX_WINDOW_BYTES) {
      throw new IOException(
          "the zstd body needs a window of " + window + " bytes (expected: at most 8 MiB)");
    }
  }

  private long contentSize(int descriptor, int at) throws IOException {
    int bytes = CONTENT_SIZE_BYTES[descriptor >> 6 & 3];
    if (bytes < 4) {
      return 0; // less than 64 KiB and a little
    }
    int offset = at - coded.position();
    need(offset + bytes);
    int start = coded.position() + offset;
    return bytes == 4 ? coded.getInt(start) & 0xffffffffL : coded.getLong(start);
  }

  @Override
  public void close() throws IOException {
    if (decoder != null) {
      out.limit(0);
      decoder.close();
      decoder = null;
    }
    in.close();
  }
}
