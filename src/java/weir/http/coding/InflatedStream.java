package weir.http.coding;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;
import weir.bytes.BlockInputStream;

/**
 * What gzip (RFC 1952, of one or more members) or deflate (RFC 9110 §8.4.1.2: zlib, but some servers
 * send it raw) has compressed. An input that ends early is an EOFException; nothing at all is an empty
 * text.
 */
final class InflatedStream extends BlockInputStream {

  private static final int BUFFER_BYTES = 8192;
  private static final int GZIP_MAGIC = 0x8b1f;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final InputStream in;
  private final boolean gzip;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final CRC32 crc = new CRC32();
  private int at;
  private int limit;
  private Inflater inflater; // null before and between members
  private boolean begun;
  private boolean over;

  InflatedStream(InputStream in, boolean gzip) {
    this.in = in;
    this.gzip = gzip;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!over) {
      if (inflater == null && !begin()) {
        over = true;
        return -1;
      }
      int n = inflate(target, offset, length);
      if (n > 0) {
        return n;
      }
    }
    return -1;
  }

  private int inflate(byte[] target, int offset, int length) throws IOException {
    try {
      int n = inflater.inflate(target, offset, length);
      crc.update(target, offset, n);
      if (inflater.finished()) {
        at = limit - inflater.getRemaining();
        endMember();
      } else if (n == 0) {
        feed();
      }
      return n;
    } catch (DataFormatException e) {
      throw new ZipException("the body is not " + name() + ": " + e.getMessage());
    }
  }

  private void feed() throws IOException {
    if (inflater.needsDictionary()) {
      throw new ZipException("the body needs a dictionary that nobody has");
    }
    fill();
    inflater.setInput(buffer, at, limit - at);
  }

  private void fill() throws IOException {
    if (!more()) {
      throw new EOFException("the " + name() + " body is cut short");
    }
  }

  private boolean more() throws IOException {
    at = 0;
    limit = 0;
    int n = in.read(buffer, 0, buffer.length);
    limit = Math.max(n, 0);
    return n > 0;
  }

  private String name() {
    return gzip ? "gzip" : "deflate";
  }

  // ---- members

  /** Begins the first or another member; returns false where there is none. */
  private boolean begin() throws IOException {
    if (at == limit && !more()) {
      return false;
    }
    boolean first = !begun;
    begun = true;
    if (!gzip) {
      start(!isZlib());
      return true;
    }
    int magic = next();
    if (!first && magic != (GZIP_MAGIC & 0xff)) {
      return false; // padding behind the last member, which gzip itself ignores
    }
    if ((magic | next() << 8) != GZIP_MAGIC || next() != 8) {
      throw new ZipException("the body is not gzip");
    }
    header();
    crc.reset();
    start(true);
    return true;
  }

  private void start(boolean raw) {
    inflater = new Inflater(raw);
    inflater.setInput(buffer, at, limit - at);
  }

  private void header() throws IOException {
    int flags = next();
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
  }

  private void skip(int n) throws IOException {
    for (int i = 0; i < n; i++) {
      next();
    }
  }

  private void skipText() throws IOException {
    while (next() != 0) {
      // up to the zero that ends it
    }
  }

  private int next() throws IOException {
    if (at == limit) {
      fill();
    }
    return buffer[at++] & 0xff;
  }

  /** RFC 1950 §2.2: the method is 8, and the first two bytes are a multiple of 31. */
  private boolean isZlib() throws IOException {
    int first = buffer[at] & 0xff;
    if (limit - at < 2) {
      int second = in.read();
      if (second < 0) {
        return false;
      }
      buffer[0] = (byte) first;
      buffer[1] = (byte) second;
      at = 0;
      limit = 2;
    }
    return (first & 0x0f) == 8 && ((first << 8) + (buffer[at + 1] & 0xff)) % 31 == 0;
  }

  private void endMember() throws IOException {
    long length = inflater.getBytesWritten();
    inflater.end();
    inflater = null;
    if (!gzip) {
      over = true;
    } else if (number() != crc.getValue() || number() != (length & 0xffffffffL)) {
      throw new ZipException("the checksum or the length of the gzip body is wrong");
    }
  }

  private long number() throws IOException {
    long low = next() | next() << 8;
    return low | (long) (next() | next() << 8) << 16;
  }

  @Override
  public void close() throws IOException {
    over = true;
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
    in.close();
  }
}
