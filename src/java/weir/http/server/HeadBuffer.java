package weir.http.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte array that response heads and small bodies are built in before they are copied. */
final class HeadBuffer {

  private static final int MAX_KEPT = 64 * 1024;

  private byte[] bytes = new byte[1024];
  private int length;

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
    if (bytes.length > MAX_KEPT) {
      bytes = new byte[1024];
    }
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  void add(byte[] source) {
    add(source, 0, source.length);
  }

  void add(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  void add(byte b) {
    ensure(1);
    bytes[length++] = b;
  }

  void crlf() {
    ensure(2);
    bytes[length++] = '\r';
    bytes[length++] = '\n';
  }

  /** Adds a number that is not negative, in decimal. */
  void decimal(long n) {
    if (n < 10) {
      add((byte) ('0' + n));
      return;
    }
    add(Long.toString(n).getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * Adds a header value.
   *
   * @throws IllegalArgumentException if it could end the line early (RFC 9110 §5.5), or is not
   *     Latin-1
   */
  void value(String name, String value) {
    int n = value.length();
    ensure(n);
    byte[] target = bytes;
    int at = length;
    for (int i = 0; i < n; i++) {
      char c = value.charAt(i);
      if (c < 0x20 ? c != '\t' : c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            String.format(
                "response header %s has the character U+%04X at index %d (expected: Latin-1 without"
                    + " control characters)",
                name, (int) c, i));
      }
      target[at + i] = (byte) c;
    }
    length = at + n;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
