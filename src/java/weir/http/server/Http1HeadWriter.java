package weir.http.server;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import weir.http.HeaderCase;
import weir.http.HeaderName;

/** Writes heads of HTTP/1.1 into a buffer, and small bodies behind them. */
final class Http1HeadWriter extends HeadWriter {

  private static final byte[] CONTENT_LENGTH = ascii("content-length: ");
  private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: Keep-Alive\r\n");
  private static final byte[] CLOSE = ascii("Connection: Close\r\n");
  private static final byte[] LOWER_KEEP_ALIVE = ascii("connection: Keep-Alive\r\n");
  private static final byte[] LOWER_CLOSE = ascii("connection: Close\r\n");

  private final HeadBuffer buffer = new HeadBuffer();
  private final HeaderCase headerCase;
  private LongText longText;

  Http1HeadWriter(StandardHeaders standard) {
    super(standard);
    this.headerCase = standard.headerCase();
  }

  /** Returns what was written of this head, and what stands behind it. */
  HeadBuffer buffer() {
    return buffer;
  }

  @Override
  boolean isHttp2() {
    return false;
  }

  @Override
  void status(int code) {
    buffer.clear();
    buffer.add(StatusLine.of(code));
  }

  @Override
  void line(HeaderName header, String value) {
    buffer.add(header.line(headerCase));
    buffer.value(header.name(), value);
    buffer.crlf();
  }

  @Override
  void endWithLength(long length, boolean keepAlive) {
    standardLines(keepAlive);
    buffer.add(CONTENT_LENGTH);
    buffer.decimal(length);
    buffer.crlf();
    buffer.crlf();
  }

  /** {@inheritDoc} See RFC 9112 §7.1. */
  @Override
  void endChunked(boolean keepAlive) {
    standardLines(keepAlive);
    buffer.add(CHUNKED);
    buffer.crlf();
  }

  @Override
  void endUnframed(boolean keepAlive) {
    standardLines(keepAlive);
    buffer.crlf();
  }

  private void standardLines(boolean keepAlive) {
    heldLines();
    if (!serverGiven()) {
      buffer.add(standard().server());
    }
    if (!dateGiven()) {
      buffer.add(standard().date());
    }
    if (headerCase == HeaderCase.LOWER) {
      buffer.add(keepAlive ? LOWER_KEEP_ALIVE : LOWER_CLOSE);
    } else {
      buffer.add(keepAlive ? KEEP_ALIVE : CLOSE);
    }
  }

  @Override
  byte[] take() {
    return buffer.toByteArray();
  }

  @Override
  boolean append(byte[] body) {
    buffer.add(body);
    return true;
  }

  @Override
  LongText longText() {
    if (longText == null) {
      longText = new LongText();
    }
    return longText;
  }

  @Override
  void moveBefore(ByteBuf content) {
    if (buffer.length() <= content.readerIndex()) {
      int at = content.readerIndex() - buffer.length();
      content.setBytes(at, buffer.array(), 0, buffer.length()).readerIndex(at);
      buffer.clear();
    }
  }

  private static byte[] ascii(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }
}
