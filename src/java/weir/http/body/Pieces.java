package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import weir.bytes.Bytes;

/** Turns one message of a body into a buffer. */
public final class Pieces {

  private Pieces() {}

  /**
   * Returns the message's bytes.
   *
   * @throws IllegalArgumentException if it is nothing that has bytes
   */
  public static ByteBuf toByteBuf(Object message) throws IOException {
    if (message instanceof ByteBuf buffer) {
      return buffer;
    }
    if (message instanceof byte[] bytes) {
      return Unpooled.wrappedBuffer(bytes);
    }
    if (message instanceof String s) {
      return Unpooled.wrappedBuffer(s.getBytes(StandardCharsets.UTF_8));
    }
    if (message instanceof ByteBuffer buffer) {
      return Unpooled.wrappedBuffer(buffer.duplicate());
    }
    return Unpooled.wrappedBuffer(Bytes.toByteBuffer(message));
  }
}
