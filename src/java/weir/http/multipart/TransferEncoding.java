package weir.http.multipart;

import java.io.ByteArrayOutputStream;
import java.util.Base64;

/**
 * How mail carries bytes in lines of ASCII. RFC 7578 §4.7 has no use for it; older programs do.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2045#section-6">RFC 2045 §6</a>
 */
public final class TransferEncoding {

  /** RFC 2045 §6.7: lines are at most 76 characters, the last of which is the soft line break. */
  private static final int MAX_LINE = 75;

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private TransferEncoding() {}

  /** Returns the bytes in base64, in one line. */
  public static byte[] base64(byte[] bytes) {
    return Base64.getEncoder().encode(bytes);
  }

  /** Returns the bytes as quoted-printable text; ends of lines are escaped, too. */
  public static byte[] quotedPrintable(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int column = 0;
    for (int i = 0; i < bytes.length; i++) {
      String text = needsEscape(bytes[i], i == bytes.length - 1) ? escape(bytes[i]) : null;
      int width = text == null ? 1 : text.length();
      if (column + width > MAX_LINE) {
        out.write('=');
        out.write('\r');
        out.write('\n');
        column = 0;
      }
      column += width;
      if (text == null) {
        out.write(bytes[i]);
      } else {
        text.chars().forEach(out::write);
      }
    }
    return out.toByteArray();
  }

  private static boolean needsEscape(byte b, boolean last) {
    boolean blank = b == ' ' || b == '\t';
    return blank ? last : b <= ' ' || b > '~' || b == '=';
  }

  /** Returns {@code =XX}. */
  public static String escape(int b) {
    return "=" + HEX[b >> 4 & 0xf] + HEX[b & 0xf];
  }
}
