package weir.http.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks that bytes are UTF-8, piece by piece: a character may be cut between two pieces. Finds a
 * fault at the first byte that cannot be part of any text (RFC 6455 §8.1, RFC 3629).
 */
final class Utf8 {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long SIGNS = 0x8080808080808080L;

  private int missing; // continuation bytes that the current character still needs
  private int low; // the least that the next of them may be
  private int high; // and the most

  /** Returns false if no text can have these bytes behind those before. */
  boolean accept(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      if (missing == 0) {
        i = skipAscii(bytes, i, to);
        if (i == to) {
          return true;
        }
      }
      if (!step(bytes[i++] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether no character is cut at the end; begins anew. */
  boolean end() {
    boolean whole = missing == 0;
    missing = 0;
    return whole;
  }

  private boolean step(int b) {
    if (missing > 0) {
      if (b < low || b > high) {
        return false;
      }
      missing--;
      low = 0x80;
      high = 0xbf;
      return true;
    }
    return b < 0x80 || begin(b);
  }

  /** No overlong forms, no surrogates, nothing beyond U+10FFFF: the second byte tells. */
  private boolean begin(int b) {
    low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
    high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
    if (b >= 0xc2 && b <= 0xdf) {
      missing = 1;
    } else if (b >= 0xe0 && b <= 0xef) {
      missing = 2;
    } else if (b >= 0xf0 && b <= 0xf4) {
      missing = 3;
    }
    return missing > 0;
  }

  private static int skipAscii(byte[] bytes, int from, int to) {
    int i = from;
    while (i + 8 <= to && ((long) LONGS.get(bytes, i) & SIGNS) == 0) {
      i += 8;
    }
    while (i < to && bytes[i] >= 0) {
      i++;
    }
    return i;
  }

  /** Returns whether these bytes are a whole text. */
  static boolean isValid(byte[] bytes) {
    int i = skipAscii(bytes, 0, bytes.length);
    if (i == bytes.length) {
      return true;
    }
    Utf8 check = new Utf8();
    return check.accept(bytes, i, bytes.length) && check.end();
  }
}
