package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.AsciiString;
import java.util.List;

/** Netty's decoder, told which responses have no body. */
final class ResponseDecoder extends HttpResponseDecoder {

  private final int limit;
  private String method = "";
  private int barren; // bytes since something came of them

  ResponseDecoder(HttpDecoderConfig config) {
    super(config);
    limit = config.getMaxInitialLineLength() + config.getMaxHeaderSize();
  }

  /** Netty skips empty lines between messages without end. */
  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int bytes = in.readableBytes();
    int messages = out.size();
    super.decode(ctx, in, out);
    barren = out.size() > messages ? 0 : barren + bytes - in.readableBytes();
    if (barren > limit) {
      throw new TooLongFrameException("more than " + limit + " bytes, and nothing came of them");
    }
  }

  /** RFC 9112 §5: nothing stands between a name and its colon. Netty passes over anything there. */
  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    int colon = start + length;
    if (colon >= line.length || line[colon] != ':') {
      throw new IllegalArgumentException("a header field has no colon behind its name");
    }
    return super.splitHeaderName(line, start, length);
  }

  /** A request with that method is being sent. */
  void expect(String requestMethod) {
    method = requestMethod;
  }

  /** Returns whether there are bytes behind the last message. */
  boolean hasMore() {
    return actualReadableBytes() > 0;
  }

  /**
   * RFC 9112 §4: the version of this protocol, three digits, a reason without control characters.
   * What is anything else is no answer to what was asked.
   */
  @Override
  protected HttpMessage createMessage(String[] line) {
    String version = line[0];
    String status = line[1];
    if (version.length() != 8
        || !version.startsWith("HTTP/1.")
        || !isDigit(version.charAt(7))
        || status.length() != 3
        || status.charAt(0) == '0'
        || !status.chars().allMatch(ResponseDecoder::isDigit)
        || line[2].chars().anyMatch(ResponseDecoder::isControl)) {
      throw new IllegalArgumentException(
          "status line \"" + version + " " + status + "\" (expected: HTTP/1.1 and 100-999)");
    }
    return super.createMessage(line);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isControl(int c) {
    return c < ' ' && c != '\t' || c == 0x7f;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    // RFC 9112 §6.3: whatever the header says.
    return method.equals("HEAD")
        || (method.equals("CONNECT")
            && ((HttpResponse) message).status().codeClass() == HttpStatusClass.SUCCESS)
        || super.isContentAlwaysEmpty(message);
  }
}
