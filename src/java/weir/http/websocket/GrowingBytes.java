package weir.http.websocket;

import java.util.Arrays;

/** An array that grows up to a limit, beyond which the message is too big. */
final class GrowingBytes {

  private final int limit;
  private byte[] bytes;
  private int size;

  GrowingBytes(int first, int limit) {
    this.limit = limit;
    this.bytes = new byte[Math.min(first, limit)];
  }

  void add(byte[] more) throws WebSocketException {
    add(more, more.length);
  }

  void add(byte[] more, int n) throws WebSocketException {
    if (n > limit - size) {
      throw tooBig(limit);
    }
    if (n > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(2L * bytes.length, size + n)));
    }
    System.arraycopy(more, 0, bytes, size, n);
    size += n;
  }

  static WebSocketException tooBig(int limit) {
    return new WebSocketException(
        CloseCode.TOO_BIG, "Max message length of " + limit + " has been exceeded.");
  }

  byte[] array() {
    return bytes;
  }

  int size() {
    return size;
  }

  byte[] toByteArray() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }
}
