package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Encodes long strings as UTF-8 into the buffer that the socket is written from, piece by piece
 * through two small arrays which stay in the processor's cache. {@code String.getBytes} makes a new
 * large array instead, and touching fresh memory costs more than the encoding.
 */
final class LongText {

  /** Free bytes that {@link #encode} leaves before the text, for a response head. */
  static final int HEADROOM = 512;

  /** Before JDK 18 the encoder goes byte by byte, and {@code String.getBytes} is faster. */
  static final boolean WORTH_IT = Runtime.version().feature() >= 18;

  private static final int PIECE = 4096;
  private static final int MAX_BYTES_PER_CHAR = 3;

  private final char[] chars = new char[PIECE];
  private final byte[] bytes = new byte[PIECE * MAX_BYTES_PER_CHAR];
  private final CharBuffer in = CharBuffer.wrap(chars);
  private final ByteBuffer out = ByteBuffer.wrap(bytes);
  private final CharsetEncoder encoder =
      StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);

  /**
   * Returns the text in a new buffer; what {@code String.getBytes} replaces is replaced here, too.
   *
   * @return a buffer that the caller releases, its reader index at {@link #HEADROOM}
   */
  ByteBuf encode(String text) {
    ByteBuf target = ByteBufAllocator.DEFAULT.directBuffer(HEADROOM + text.length());
    target.setIndex(HEADROOM, HEADROOM);
    encoder.reset();
    int held = 0; // the first half of a surrogate pair that a piece has ended with
    for (int at = 0; at < text.length(); ) {
      int n = Math.min(text.length() - at, PIECE - held);
      text.getChars(at, at + n, chars, held);
      at += n;
      in.clear().limit(held + n);
      encoder.encode(in, out.clear(), at == text.length());
      held = in.remaining();
      if (held > 0) {
        chars[0] = chars[in.position()];
      }
      target.writeBytes(bytes, 0, out.position());
    }
    return target;
  }
}
