package weir.net.tls;

import java.util.Arrays;

/**
 * Reads the little of ASN.1's distinguished encoding (X.690) that tells one private key from another.
 * What is cut off or has another tag is an IllegalArgumentException.
 */
final class DerReader {

  private final byte[] bytes;
  private final int end;
  private int at;

  DerReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private DerReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** Returns the tag of the next element, -1 at the end. */
  int tag() {
    return at < end ? bytes[at] & 0xff : -1;
  }

  /** Reads the next element, which is a sequence, and returns a reader of what is in it. */
  DerReader sequence() {
    expect(0x30);
    int length = header();
    DerReader inner = new DerReader(bytes, at, at + length);
    at += length;
    return inner;
  }

  /** Reads the next element, whatever it is, and returns what is in it. */
  byte[] content() {
    int length = header();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  /** Passes over the next element. */
  void skip() {
    content();
  }

  /** Reads an object identifier, such as {@code 1.2.840.113549.1.1.1}. */
  String oid() {
    expect(0x06);
    byte[] arcs = content();
    StringBuilder dotted = new StringBuilder();
    long n = 0;
    for (byte b : arcs) {
      n = n << 7 | b & 0x7f;
      if (b >= 0) {
        if (dotted.isEmpty()) {
          long first = Math.min(n / 40, 2);
          dotted.append(first).append('.').append(n - first * 40);
        } else {
          dotted.append('.').append(n);
        }
        n = 0;
      }
    }
    return dotted.toString();
  }

  /** Returns all bytes, which have to be one element. */
  byte[] whole() {
    int length = header();
    if (at + length != end) {
      throw new IllegalArgumentException((end - at - length) + " bytes too many");
    }
    return bytes;
  }

  private void expect(int tag) {
    if (tag() != tag) {
      throw new IllegalArgumentException(
          "tag "
              + Integer.toHexString(tag())
              + " where "
              + Integer.toHexString(tag)
              + " should be");
    }
  }

  /** Reads the tag and the length. */
  private int header() {
    next();
    int length = next();
    if (length >= 0x80) {
      int n = length & 0x7f;
      if (n == 0 || n > 3) {
        throw new IllegalArgumentException("a length of " + n + " bytes");
      }
      length = 0;
      for (int i = 0; i < n; i++) {
        length = length << 8 | next();
      }
    }
    if (length > end - at) {
      throw new IllegalArgumentException((length - end + at) + " bytes are missing");
    }
    return length;
  }

  private int next() {
    if (at >= end) {
      throw new IllegalArgumentException("it ends too early");
    }
    return bytes[at++] & 0xff;
  }
}
