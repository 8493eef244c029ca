package weir.bytes;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Collection;

/** Copies between buffers, arrays and streams that leave the caller's positions alone. */
final class Chunks {

  private Chunks() {}

  /** Returns the backing array if it holds exactly the remaining bytes, else a copy of those. */
  static byte[] array(ByteBuffer b) {
    if (b.hasArray() && b.arrayOffset() == 0 && b.position() == 0) {
      byte[] backing = b.array();
      if (backing.length == b.limit()) {
        return backing;
      }
    }
    return copy(b);
  }

  static byte[] copy(ByteBuffer b) {
    byte[] copy = new byte[b.remaining()];
    b.get(b.position(), copy);
    return copy;
  }

  /** Returns one array of all remaining bytes. */
  static byte[] join(Collection<ByteBuffer> chunks) {
    byte[] all = new byte[length(chunks)];
    int at = 0;
    for (ByteBuffer c : chunks) {
      int n = c.remaining();
      c.get(c.position(), all, at, n);
      at += n;
    }
    return all;
  }

  /** Returns one buffer of all remaining bytes. */
  static ByteBuffer join(Collection<ByteBuffer> chunks, boolean direct) {
    ByteBuffer all = allocate(length(chunks), direct);
    for (ByteBuffer c : chunks) {
      all.put(c.duplicate());
    }
    return all.flip();
  }

  static ByteBuffer allocate(int size, boolean direct) {
    return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
  }

  /** Adds up what remains; more than an array can hold is an OutOfMemoryError, as in the JDK. */
  static int length(Collection<ByteBuffer> chunks) {
    long total = 0;
    for (ByteBuffer c : chunks) {
      total += c.remaining();
    }
    if (total > Integer.MAX_VALUE - 8) {
      throw new OutOfMemoryError("Required array size too large: " + total);
    }
    return (int) total;
  }

  static void write(ByteBuffer b, OutputStream out) throws IOException {
    if (b.hasArray()) {
      out.write(b.array(), b.arrayOffset() + b.position(), b.remaining());
    } else {
      writeFully(b.duplicate(), Channels.newChannel(out));
    }
  }

  /** Writes until nothing remains, even into a channel that takes a part at a time. */
  static void writeFully(ByteBuffer b, WritableByteChannel out) throws IOException {
    while (b.hasRemaining()) {
      if (out.write(b) == 0) {
        Thread.onSpinWait();
      }
    }
  }
}
