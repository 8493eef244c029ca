package weir.http.websocket;

import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Compresses the messages for one peer, RFC 7692 §7.2.1. The JDK's deflater has a window of 15 bits;
 * a narrower one is kept by beginning anew whenever that many bytes went in, so that nothing further
 * back can be referred to. Close it to free its native memory.
 */
final class MessageDeflater implements AutoCloseable {

  private static final int TAIL_BYTES = 4;
  private static final int MIN_ROOM = 64;

  private final int level;
  private final int window;
  private final boolean limited;
  private final boolean fresh;
  private Deflater deflater; // made with the first message
  private int sinceReset;

  /**
   * @param fresh whether each message begins anew, so that nothing is kept between messages
   */
  MessageDeflater(int level, int windowBits, boolean fresh) {
    this.level = level;
    this.window = 1 << windowBits;
    this.limited = windowBits < DeflateConfig.MAX_WINDOW_BITS;
    this.fresh = fresh;
  }

  /** Returns the compressed message: an array and how much of it counts. */
  Compressed deflate(byte[] message) {
    if (deflater == null) {
      deflater = fresh ? Spare.deflater(level).take() : new Deflater(level, true);
    }
    Compressed out = new Compressed(Math.max(MIN_ROOM, message.length / 2));
    if (!limited) {
      deflate(message, 0, message.length, out);
    }
    for (int at = 0; limited && at < message.length; ) {
      int n = Math.min(window - sinceReset, message.length - at);
      deflate(message, at, n, out);
      at += n;
      sinceReset += n;
      if (sinceReset == window) {
        reset();
      }
    }
    out.size -= TAIL_BYTES;
    if (fresh) {
      reset();
      Spare.deflater(level).giveBack(deflater);
      deflater = null;
    }
    return out;
  }

  private void deflate(byte[] message, int from, int n, Compressed out) {
    deflater.setInput(message, from, n);
    int written;
    do {
      out.ensureRoom();
      int room = out.bytes.length - out.size;
      written = deflater.deflate(out.bytes, out.size, room, Deflater.SYNC_FLUSH);
      out.size += written;
    } while (out.size == out.bytes.length);
  }

  /**
   * Forgets all messages so far, because the peer gets one that was not compressed here: later ones
   * must not refer to what is before it.
   *
   * @return the window's bits, which that one must keep to
   */
  int forgetful() {
    if (deflater != null) {
      reset();
    }
    return Integer.numberOfTrailingZeros(window);
  }

  private void reset() {
    deflater.reset();
    sinceReset = 0;
  }

  /** What came out. */
  static final class Compressed {
    byte[] bytes;
    int size;

    Compressed(int room) {
      bytes = new byte[room];
    }

    /** A flush that fills the array to its last byte would be marked a second time. */
    private void ensureRoom() {
      if (bytes.length - size < MIN_ROOM / 2) {
        bytes = Arrays.copyOf(bytes, bytes.length * 2);
      }
    }
  }

  @Override
  public void close() {
    if (deflater != null) {
      deflater.end();
      deflater = null;
      sinceReset = 0;
    }
  }
}
