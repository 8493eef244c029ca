package weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.ByteBuffer;
import weir.bytes.Bytes;

/** Makes Netty's buffers of what programs send. */
public final class Buffers {

  private Buffers() {}

  /**
   * Returns a buffer of the bytes of {@code x}: null is empty, strings are UTF-8, a ByteBuf is itself,
   * arrays and ByteBuffers are wrapped, anything else is converted, which may block.
   *
   * @throws IOException if reading it fails
   * @throws IllegalArgumentException if there is no way to convert it
   */
  public static ByteBuf of(Object x) throws IOException {
    if (x instanceof byte[] bytes) {
      return Unpooled.wrappedBuffer(bytes);
    }
    if (x instanceof ByteBuf buffer) {
      return buffer;
    }
    if (x == null) {
      return Unpooled.EMPTY_BUFFER;
    }
    if (x instanceof String text) {
      return ByteBufUtil.writeUtf8(io.netty.buffer.ByteBufAllocator.DEFAULT, text);
    }
    if (x instanceof ByteBuffer buffer) {
      return Unpooled.wrappedBuffer(buffer);
    }
    if (x instanceof AsciiString text) {
      return Unpooled.wrappedBuffer(text.array(), text.arrayOffset(), text.length());
    }
    return Unpooled.wrappedBuffer(Bytes.toByteArray(x));
  }
}
