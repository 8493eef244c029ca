package weir.net.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the little of ASN.1's distinguished encoding (X.690) that a certificate is made of. */
final class Der {

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return tagged(0x30, parts);
  }

  static byte[] set(byte[]... parts) {
    return tagged(0x31, parts);
  }

  static byte[] integer(byte[] twosComplement) {
    return tagged(0x02, twosComplement);
  }

  static byte[] nothing() {
    return tagged(0x05);
  }

  static byte[] bool(boolean on) {
    return tagged(0x01, new byte[] {(byte) (on ? 0xff : 0)});
  }

  static byte[] octets(byte[]... parts) {
    return tagged(0x04, parts);
  }

  static byte[] bits(byte[] bytes) {
    return tagged(0x03, new byte[] {0}, bytes);
  }

  static byte[] utf8(String text) {
    return tagged(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a time as {@code yyyyMMddHHmmssZ}, or with two digits of the year before 2050. */
  static byte[] time(String digits) {
    return digits.compareTo("2050") < 0
        ? tagged(0x17, digits.substring(2).getBytes(StandardCharsets.US_ASCII))
        : tagged(0x18, digits.getBytes(StandardCharsets.US_ASCII));
  }

  /** Writes an object identifier such as {@code 2.5.4.3}. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      base128(out, Integer.parseInt(arcs[i]));
    }
    return tagged(0x06, out.toByteArray());
  }

  private static void base128(ByteArrayOutputStream out, int n) {
    for (int shift = 28; shift > 0; shift -= 7) {
      if (n >>> shift != 0) {
        out.write(n >>> shift & 0x7f | 0x80);
      }
    }
    out.write(n & 0x7f);
  }

  /** Writes an element with any tag. */
  static byte[] tagged(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length >= 0x100) {
      out.write(0x82);
      out.write(length >>> 8);
    } else if (length >= 0x80) {
      out.write(0x81);
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
