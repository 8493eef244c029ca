package weir.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The order of byte sequences: byte by byte, unsigned, a prefix before what it is a prefix of. */
public final class Comparison {

  private static final int BLOCK = 8192;

  private Comparison() {}

  /**
   * Compares the bytes of any two values, which are consumed and closed.
   *
   * @return negative if {@code a} comes first, 0 if the bytes are the same, else positive. If one
   *     is a prefix of the other and both are in memory, the difference of their lengths.
   */
  public static long compare(Object a, Object b) throws IOException {
    return isShort(a) && isShort(b)
        ? compare(Bytes.toByteBuffer(a), Bytes.toByteBuffer(b))
        : compareStreams(a, b);
  }

  private static boolean isShort(Object x) {
    return x instanceof byte[] || x instanceof ByteBuffer || x instanceof String;
  }

  private static long compare(ByteBuffer a, ByteBuffer b) {
    int at = a.mismatch(b);
    if (at < 0) {
      return 0;
    }
    return at < Math.min(a.remaining(), b.remaining())
        ? (a.get(a.position() + at) & 0xff) - (b.get(b.position() + at) & 0xff)
        : (long) a.remaining() - b.remaining();
  }

  private static long compareStreams(Object a, Object b) throws IOException {
    try (InputStream left = Bytes.toInputStream(a);
        InputStream right = Bytes.toInputStream(b)) {
      for (; ; ) {
        byte[] l = left.readNBytes(BLOCK);
        byte[] r = right.readNBytes(BLOCK);
        int order = Arrays.compareUnsigned(l, r);
        if (order != 0 || l.length < BLOCK) {
          return order;
        }
      }
    }
  }
}
