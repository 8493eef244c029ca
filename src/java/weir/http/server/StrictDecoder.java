package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Netty's decoder, strict where that one forgives: what two servers might read differently is
 * refused. Between the words of a request line stands one space, a target has no control
 * characters, nothing but empty lines comes before a request, no header line is folded, and there is
 * one length at most.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-3">RFC 9112 §3, §5.2</a>
 */
class StrictDecoder extends HttpRequestDecoder {

  private static final String BAD_LINE = "more than one space, or a control character, in a line";
  private static final String BAD_VERSION = "the version does not begin with HTTP/";
  private static final String BAD_HEAD =
      "control characters before it, a folded line, or two lengths";

  private static final AsciiString LENGTH = HttpHeaderNames.CONTENT_LENGTH;

  /** What a field costs beside its bytes; also how RFC 9113 §10.5.1 counts. */
  private static final int FIELD_OVERHEAD = 32;

  private final boolean severalLengths;
  private final int maxFields;

  // Where the next bytes belong.
  private boolean inBody;
  private boolean inHeaders;
  private boolean bad;
  private int lengths;
  private int fields;
  private int headBytes;
  private int weight;

  StrictDecoder(HttpDecoderConfig config) {
    super(config);
    severalLengths = config.isAllowDuplicateContentLengths();
    maxFields = Math.max(1, config.getMaxHeaderSize() / FIELD_OVERHEAD);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    int from = buffer.readerIndex();
    int before = out.size();
    boolean head = !inBody;
    super.decode(ctx, buffer, out);
    if (head) {
      headBytes += buffer.readerIndex() - from;
      scan(buffer, from, buffer.readerIndex());
    }
    for (int i = before; i < out.size(); i++) {
      came(out.get(i));
    }
  }

  private void came(Object message) {
    if (message instanceof HttpRequest request) {
      inBody = true;
      inHeaders = false;
      if (bad && request.decoderResult().isSuccess()) {
        request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(BAD_HEAD)));
      }
    }
    if (message instanceof LastHttpContent) {
      inBody = false;
      bad = false;
      lengths = 0;
      weight = headBytes + fields * 4 * FIELD_OVERHEAD;
      fields = 0;
      headBytes = 0;
    }
  }

  /** Returns about how many bytes of memory the last request's head and trailers take. */
  int weight() {
    return weight;
  }

  boolean isBetweenRequests() {
    return !inBody;
  }

  /** Looks at how the lines begin that were decoded. The decoder takes whole lines only. */
  private void scan(ByteBuf buffer, int from, int to) {
    int at = inHeaders ? from : afterRequestLine(buffer, from, to);
    while (at < to) {
      byte first = buffer.getByte(at);
      if (first == ' ' || first == '\t') {
        bad = true;
      }
      at = nextLine(buffer, at, to);
    }
  }

  private int afterRequestLine(ByteBuf buffer, int from, int to) {
    int at = from;
    while (at < to && isLineEnd(buffer.getByte(at))) {
      at++;
    }
    if (at == to) {
      return to;
    }
    byte first = buffer.getByte(at);
    if (first >= 0 && first <= ' ' || first == 0x7f) {
      bad = true;
    }
    int next = nextLine(buffer, at, to);
    inHeaders = true;
    return next;
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }

  private static int nextLine(ByteBuf buffer, int at, int to) {
    int end = buffer.indexOf(at, to, (byte) '\n');
    return end < 0 ? to : end + 1;
  }

  // ---- header fields: of several lengths in HTTP/1.0 Netty takes the first (RFC 9112 §6.3)

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    if (++fields > maxFields) {
      throw new TooLongHttpHeaderException("more than " + maxFields + " fields");
    }
    AsciiString name = super.splitHeaderName(line, start, length);
    if (length == LENGTH.length() && !inBody && LENGTH.contentEqualsIgnoreCase(name)) {
      bad |= ++lengths > 1 && !severalLengths;
    }
    return name;
  }

  // ---- the request line: Netty splits it at any run of white space

  @Override
  protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
    checkSeparator(line, start);
    for (int i = start; i < start + length; i++) {
      byte b = line[i];
      if (b >= 0 && b < ' ' || b == 0x7f) {
        throw new IllegalArgumentException(BAD_LINE);
      }
    }
    return super.splitSecondWordInitialLine(line, start, length);
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    checkSeparator(line, start);
    if (length < 5
        || line[start] != 'H'
        || line[start + 1] != 'T'
        || line[start + 2] != 'T'
        || line[start + 3] != 'P'
        || line[start + 4] != '/') {
      throw new IllegalArgumentException(BAD_VERSION);
    }
    return super.splitThirdWordInitialLine(line, start, length);
  }

  private static void checkSeparator(byte[] line, int start) {
    if (start < 2 || line[start - 1] != ' ' || line[start - 2] <= ' ' && line[start - 2] >= 0) {
      throw new IllegalArgumentException(BAD_LINE);
    }
  }
}
