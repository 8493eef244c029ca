package weir.bytes;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/** Decodes text chunk by chunk; a character may lie across chunks. Not thread-safe. */
final class Decoder {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Charset charset;
  private final CharsetDecoder decoder;
  private ByteBuffer undecoded = NOTHING; // the first bytes of a character

  Decoder(Options options) {
    charset = options.charset();
    decoder =
        charset
            .newDecoder()
            .onMalformedInput(options.onEncodingError())
            .onUnmappableCharacter(options.onEncodingError());
  }

  /**
   * Returns the characters that are complete with this chunk.
   *
   * @throws IllegalArgumentException if bytes are no text and that is to be reported
   */
  String decode(ByteBuffer chunk) {
    return decode(chunk, false);
  }

  /** Ends a text: returns what is left of it, mostly nothing. Another text may follow. */
  String end() {
    String rest = decode(NOTHING, true);
    decoder.reset();
    return rest;
  }

  private String decode(ByteBuffer chunk, boolean last) {
    ByteBuffer in = undecoded.hasRemaining() ? joined(undecoded, chunk) : chunk.duplicate();
    CharBuffer out =
        CharBuffer.allocate((int) (in.remaining() * (double) decoder.maxCharsPerByte()) + 8);
    check(decoder.decode(in, out, last));
    if (last) {
      check(decoder.flush(out));
    }
    undecoded = in;
    return out.flip().toString();
  }

  private void check(CoderResult result) {
    if (result.isError()) {
      try {
        result.throwException();
      } catch (CharacterCodingException e) {
        throw Charsets.notText(charset, e);
      }
    }
  }

  private static ByteBuffer joined(ByteBuffer a, ByteBuffer b) {
    return ByteBuffer.allocate(a.remaining() + b.remaining()).put(a).put(b.duplicate()).flip();
  }
}
