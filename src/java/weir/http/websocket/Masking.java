package weir.http.websocket;

import io.netty.util.concurrent.FastThreadLocal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/** The masks of what clients send, RFC 6455 §5.3. */
final class Masking {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Unpredictable keys, made in blocks: asking for four bytes at a time is slow. */
  private static final FastThreadLocal<ByteBuffer> KEYS =
      new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
          return ByteBuffer.allocate(1024).limit(0);
        }
      };

  private static final SecureRandom RANDOM = new SecureRandom();

  private Masking() {}

  /** Masks or unmasks; the first byte belongs to the first byte of the key. */
  static void apply(int key, byte[] bytes) {
    if (key == 0) {
      return;
    }
    long wide = (long) key << 32 | key & 0xffffffffL;
    int i = 0;
    for (int end = bytes.length & ~7; i < end; i += 8) {
      LONGS.set(bytes, i, (long) LONGS.get(bytes, i) ^ wide);
    }
    for (int shift = 24; i < bytes.length; i++, shift -= 8) {
      bytes[i] ^= (byte) (key >>> (shift & 31));
    }
  }

  static int newKey() {
    ByteBuffer keys = KEYS.get();
    if (!keys.hasRemaining()) {
      byte[] fresh = new byte[keys.capacity()];
      RANDOM.nextBytes(fresh);
      keys.clear().put(fresh).flip();
    }
    return keys.getInt();
  }
}
