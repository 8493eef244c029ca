package weir.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;

/** Bytes for people to read: sixteen on a line, in hexadecimal and as text. */
public final class HexDump {

  private static final int PER_LINE = 16;
  private static final int TEXT_COLUMN = 54;
  private static final String HEX = "0123456789ABCDEF";

  private HexDump() {}

  /** Writes the bytes of any value, which is consumed and closed. */
  public static void print(Object bytes, Writer out) throws IOException {
    try (InputStream in = Bytes.toInputStream(bytes)) {
      for (byte[] line; (line = in.readNBytes(PER_LINE)).length > 0; ) {
        out.write(line(line));
      }
    }
    out.flush();
  }

  private static String line(byte[] bytes) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      line.append(HEX.charAt(bytes[i] >> 4 & 15)).append(HEX.charAt(bytes[i] & 15));
      line.append(i == PER_LINE / 2 - 1 ? "  " : " ");
    }
    line.append(" ".repeat(TEXT_COLUMN - line.length()));
    for (byte b : bytes) {
      line.append(isReadable(b & 0xff) ? (char) (b & 0xff) : '.');
    }
    return line.append(System.lineSeparator()).toString();
  }

  /** Letters, digits, the blank and punctuation of ASCII, and the letters of ISO-8859-1. */
  private static boolean isReadable(int c) {
    return c >= 0x20 && c < 0x7f || c > 0x7f && Character.isLetterOrDigit(c);
  }
}
