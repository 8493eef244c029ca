package weir.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.HeaderName;
import weir.http.http2.FieldSection;

/**
 * Writes heads of HTTP/2. What a handler says about the connection is left out, so that those written
 * for HTTP/1 work (RFC 9113 §8.2.2).
 */
final class Http2HeadWriter extends HeadWriter {

  private static final Logger LOG = LoggerFactory.getLogger(Http2HeadWriter.class);
  private static final AsciiString CONTENT_LENGTH = HttpHeaderNames.CONTENT_LENGTH;
  private static final AsciiString SERVER = HttpHeaderNames.SERVER;
  private static final AsciiString DATE = HttpHeaderNames.DATE;
  private static final AsciiString[] LENGTHS = new AsciiString[1024];

  private final FieldSection fields = new FieldSection();
  private int status;

  Http2HeadWriter(StandardHeaders standard) {
    super(standard);
  }

  @Override
  boolean isHttp2() {
    return true;
  }

  @Override
  void status(int code) {
    fields.clear();
    status = code;
  }

  @Override
  void line(HeaderName header, String value) {
    if (header.isOfConnection()) {
      LOG.debug("left out {} of a response: HTTP/2 has no such field", header.name());
    } else {
      fields.add(header, value);
    }
  }

  @Override
  void endWithLength(long length, boolean keepAlive) {
    standardFields();
    fields.add(CONTENT_LENGTH, decimal(length));
  }

  @Override
  void endChunked(boolean keepAlive) {
    standardFields();
  }

  @Override
  void endUnframed(boolean keepAlive) {
    standardFields();
  }

  private void standardFields() {
    heldLines();
    if (!serverGiven() && standard().serverValue() != null) {
      fields.add(SERVER, standard().serverValue());
    }
    if (!dateGiven()) {
      fields.add(DATE, standard().dateValue());
    }
  }

  private static AsciiString decimal(long n) {
    if (n >= LENGTHS.length) {
      return new AsciiString(Long.toString(n));
    }
    AsciiString known = LENGTHS[(int) n];
    if (known == null) {
      known = AsciiString.cached(Long.toString(n));
      LENGTHS[(int) n] = known; // racy, but every writer writes the same
    }
    return known;
  }

  @Override
  Http2Headers take() {
    return fields.response(status);
  }

  @Override
  boolean append(byte[] body) {
    return false;
  }
}
