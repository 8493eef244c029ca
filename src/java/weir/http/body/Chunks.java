package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;

/**
 * Writes a body whose length nobody knows yet.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112 §7.1</a>
 */
public final class Chunks {

  private static final ByteBuf CRLF =
      Unpooled.unreleasableBuffer(
              Unpooled.directBuffer(2).writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII)))
          .asReadOnly();

  /** Pieces up to this size are copied between their chunk header and its end. */
  private static final int MAX_COPIED = 8192;

  private static final int OVERHEAD = 12;

  private Chunks() {}

  /**
   * Writes and flushes a piece, which must not be empty, as one chunk.
   *
   * @param piece belongs to the channel from now on
   */
  public static ChannelFuture write(ChannelHandlerContext ctx, ByteBuf piece) {
    int n = piece.readableBytes();
    byte[] header = (Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    if (n <= MAX_COPIED) {
      ByteBuf chunk = ctx.alloc().directBuffer(n + OVERHEAD);
      chunk.writeBytes(header).writeBytes(piece).writeByte('\r').writeByte('\n');
      piece.release();
      return ctx.writeAndFlush(chunk);
    }
    ctx.write(Unpooled.wrappedBuffer(header), ctx.voidPromise());
    ctx.write(piece, ctx.voidPromise());
    return ctx.writeAndFlush(CRLF.duplicate());
  }
}
