package weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import weir.bytes.Adapter;
import weir.bytes.Conversions;
import weir.bytes.Edge;
import weir.bytes.Options;
import weir.bytes.Type;

/**
 * Makes Netty's buffers known to the conversions of {@link weir.bytes}.
 *
 * <p>A conversion takes its buffer over: what is readable, from the reader index on, is copied, and
 * then the buffer is released, once, also if the conversion fails. In a sequence or a source each
 * buffer is released when it is converted. Whoever converts a buffer and wants to keep it retains it
 * before. The other way round buffers are wrapped, and the caller's position stays.
 */
public final class ByteBufConversions {

  static {
    Type byteBuf = Type.of(ByteBuf.class);
    Adapter.register(new Source());
    Conversions.register(
        byteBuf, Type.of(byte[].class), 1, Edge.Style.COPY, (x, o) -> array((ByteBuf) x));
    Conversions.register(
        byteBuf, Type.of(ByteBuffer.class), 1, Edge.Style.COPY, (x, o) -> buffer((ByteBuf) x, o));
    Conversions.register(
        Type.of(ByteBuffer.class), byteBuf, 0, Edge.Style.VIEW, (x, o) -> wrap((ByteBuffer) x));
  }

  private ByteBufConversions() {}

  /** Registers the conversions; calling it again does nothing. */
  public static void install() {
    // Calling this initializes the class, and that is all it takes.
  }

  private static byte[] array(ByteBuf b) {
    byte[] copy = new byte[b.readableBytes()];
    b.getBytes(b.readerIndex(), copy);
    return copy;
  }

  private static ByteBuffer buffer(ByteBuf b, Options o) {
    int n = b.readableBytes();
    ByteBuffer copy = o.direct() ? ByteBuffer.allocateDirect(n) : ByteBuffer.allocate(n);
    b.getBytes(b.readerIndex(), copy);
    return copy.flip();
  }

  private static ByteBuf wrap(ByteBuffer b) {
    return Unpooled.wrappedBuffer(b);
  }

  /** Reads piece by piece, which moves the reader index. */
  private static final class Source extends Adapter<ByteBuf> {
    Source() {
      super(ByteBuf.class);
    }

    @Override
    protected Object takeBytes(ByteBuf b, int n, Options options) {
      if (!b.isReadable()) {
        return null;
      }
      byte[] taken = new byte[Math.min(n, b.readableBytes())];
      b.readBytes(taken);
      return taken;
    }

    @Override
    protected void close(ByteBuf b) {
      ReferenceCountUtil.release(b);
    }
  }
}
