package weir.http.http2;

import io.netty.util.AsciiString;

/**
 * Which fields an HTTP/2 message may have.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-8.2">RFC 9113 §8.2</a>
 */
public final class FieldRules {

  /** Characters of a token in lower case (RFC 9110 §5.6.2, RFC 9113 §8.2.1). */
  private static final boolean[] IN_NAME = new boolean[128];

  static {
    for (char c = '!'; c < IN_NAME.length; c++) {
      IN_NAME[c] = "\"(),/:;<=>?@[\\]{}\u007f".indexOf(c) < 0 && (c < 'A' || c > 'Z');
    }
  }

  private FieldRules() {}

  /** Returns whether the name begins as those of pseudo-header fields do. */
  public static boolean isPseudo(CharSequence name) {
    return name.length() > 0 && name.charAt(0) == ':';
  }

  /** Returns whether that is the name of a field: a token in lower case. */
  public static boolean isName(CharSequence name) {
    if (name instanceof AsciiString ascii) {
      return isName(ascii);
    }
    int n = name.length();
    for (int i = 0; i < n; i++) {
      char c = name.charAt(i);
      if (c >= IN_NAME.length || !IN_NAME[c]) {
        return false;
      }
    }
    return n > 0;
  }

  private static boolean isName(AsciiString name) {
    byte[] bytes = name.array();
    int from = name.arrayOffset();
    int to = from + name.length();
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0 || !IN_NAME[bytes[i]]) {
        return false;
      }
    }
    return from < to;
  }

  /** Returns whether that is a value: nothing that ends a line, and no space around it (§8.2.1). */
  public static boolean isValue(CharSequence value) {
    if (value instanceof AsciiString ascii) {
      return isValue(ascii);
    }
    int n = value.length();
    for (int i = 0; i < n; i++) {
      if (isControl(value.charAt(i))) {
        return false;
      }
    }
    return n == 0 || !isSpace(value.charAt(0)) && !isSpace(value.charAt(n - 1));
  }

  private static boolean isValue(AsciiString value) {
    byte[] bytes = value.array();
    int from = value.arrayOffset();
    int to = from + value.length();
    for (int i = from; i < to; i++) {
      if (isControl((char) (bytes[i] & 0xff))) {
        return false;
      }
    }
    return from == to || !isSpace((char) bytes[from]) && !isSpace((char) bytes[to - 1]);
  }

  private static boolean isControl(char c) {
    return c < 0x20 && c != '\t' || c == 0x7f;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  /**
   * Returns whether that field speaks of an HTTP/1 connection and cannot be in an HTTP/2 message
   * (§8.2.2).
   *
   * @param name in lower case
   */
  public static boolean isOfConnection(CharSequence name, CharSequence value) {
    return switch (name.length()) {
      case 2 -> is("te", name) && !AsciiString.contentEqualsIgnoreCase("trailers", value);
      case 7 -> is("upgrade", name);
      case 10 -> is("connection", name) || is("keep-alive", name);
      case 16 -> is("proxy-connection", name);
      case 17 -> is("transfer-encoding", name);
      default -> false;
    };
  }

  /** Returns whether how well that field is compressed must not tell anything (RFC 7541 §7.1.3). */
  public static boolean isSecret(CharSequence name) {
    return switch (name.length()) {
      case 6 -> is("cookie", name);
      case 13 -> is("authorization", name);
      case 19 -> is("proxy-authorization", name);
      default -> false;
    };
  }

  private static boolean is(String expected, CharSequence name) {
    return AsciiString.contentEquals(expected, name);
  }
}
