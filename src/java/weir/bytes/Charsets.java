package weir.bytes;

import clojure.lang.Keyword;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Names of charsets in every spelling, and strict or lenient decoding of whole byte ranges. */
public final class Charsets {

  /** What applies when nobody named a charset: UTF-8. */
  public static final Charset DEFAULT = StandardCharsets.UTF_8;

  private Charsets() {}

  /**
   * Returns the charset that {@code name} names.
   *
   * @param name a string, keyword or symbol, a charset, or null for UTF-8
   * @throws IllegalArgumentException if there is no such charset
   */
  public static Charset of(Object name) {
    if (name == null) {
      return DEFAULT;
    }
    if (name instanceof Charset c) {
      return c;
    }
    return Charset.forName(name instanceof Keyword k ? k.getName() : name.toString());
  }

  /**
   * Returns what to do about bytes that are no text.
   *
   * @param name {@code :replace}, {@code :ignore}, {@code :report}, an action, or null for replace
   */
  public static CodingErrorAction errorAction(Object name) {
    if (name == null) {
      return CodingErrorAction.REPLACE;
    }
    if (name instanceof CodingErrorAction a) {
      return a;
    }
    switch (name instanceof Keyword k ? k.getName() : name.toString()) {
      case "replace":
        return CodingErrorAction.REPLACE;
      case "ignore":
        return CodingErrorAction.IGNORE;
      case "report":
        return CodingErrorAction.REPORT;
      default:
        throw new IllegalArgumentException(
            ":on-encoding-error is " + name + " (expected: :replace, :ignore or :report)");
    }
  }

  /** Decodes a whole range of bytes as {@code options} say. */
  static String decode(byte[] bytes, int offset, int length, Options options) {
    CodingErrorAction action = options.onEncodingError();
    return action == CodingErrorAction.REPLACE
        ? new String(bytes, offset, length, options.charset())
        : decode(ByteBuffer.wrap(bytes, offset, length), options.charset(), action);
  }

  private static String decode(ByteBuffer bytes, Charset charset, CodingErrorAction action) {
    try {
      return charset
          .newDecoder()
          .onMalformedInput(action)
          .onUnmappableCharacter(action)
          .decode(bytes)
          .toString();
    } catch (CharacterCodingException e) {
      throw notText(charset, e);
    }
  }

  static IllegalArgumentException notText(Charset charset, Throwable cause) {
    return new IllegalArgumentException("bytes are not valid " + charset.name() + " text", cause);
  }
}
