package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import weir.http.HeaderCase;
import weir.http.HeaderFields;
import weir.http.ResponseHead;

/** How encoded responses are written, and how unsent ones are let go of. */
final class Http1Responses {

  private Http1Responses() {}

  static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Arrays up to this size are copied behind their head: one buffer, one write. */
  private static final int MAX_GATHERED_CONTENT = 64 * 1024;

  /** Returns whether the client waits for a 100. */
  static boolean expectsContinue(HttpRequest request) {
    return request.protocolVersion().minorVersion() > 0 && HttpUtil.is100ContinueExpected(request);
  }

  /** Returns how many bytes of content will be gathered behind the head. */
  static int gathered(Exchange exchange) {
    return exchange.content instanceof byte[] bytes && bytes.length <= MAX_GATHERED_CONTENT
        ? bytes.length
        : 0;
  }

  /** Writes a body that is in memory. */
  static void writeContent(Http1Output output, Object content) {
    if (content instanceof byte[] bytes) {
      if (bytes.length <= MAX_GATHERED_CONTENT) {
        output.gather(bytes, bytes.length, 0);
      } else {
        output.write(Unpooled.wrappedBuffer(bytes));
      }
    } else {
      output.write((ByteBuf) content);
    }
  }

  /** Lets go of a request body that has not ended, and of what would follow it. */
  static void abandonBody(Exchange exchange, Throwable cause) {
    exchange.inbound.fail(cause);
    exchange.inbound.abandon();
    if (exchange.requestTrailers() != null) {
      exchange.requestTrailers().failed(cause);
    }
  }

  /** Encodes a head that is complete. */
  static byte[] encode(ResponseHead head) {
    HeadBuffer buffer = new HeadBuffer();
    buffer.add(StatusLine.of(head.status()));
    lines(buffer, head.fields(), head.spelling());
    return buffer.toByteArray();
  }

  /** Returns the last chunk of a body, with fields behind it (RFC 9112 §7.1.2). */
  static byte[] lastChunk(HeaderFields trailers) {
    HeadBuffer buffer = new HeadBuffer();
    buffer.add(LAST_CHUNK);
    lines(buffer, trailers, HeaderCase.TITLE);
    return buffer.toByteArray();
  }

  private static void lines(HeadBuffer buffer, HeaderFields fields, HeaderCase spelling) {
    for (int i = 0; i < fields.size(); i++) {
      buffer.add(fields.name(i).line(spelling));
      buffer.value(fields.name(i).name(), fields.value(i));
      buffer.crlf();
    }
    buffer.crlf();
  }

  /** Returns the status in an encoded head. */
  static int status(byte[] head) {
    return (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
  }

  /** Lets go of a response that nobody will get. */
  static void discard(Exchange exchange) {
    if (exchange.takeover != null) {
      exchange.takeover.lost(new ClosedChannelException());
      exchange.takeover = null;
    }
    if (exchange.streaming != null) {
      exchange.streaming.discard();
    } else if (exchange.content instanceof ByteBuf buffer) {
      buffer.release();
    }
    exchange.content = null;
    exchange.streaming = null;
    releaseUnread(exchange);
  }

  /** The response is complete, or nobody waits for it: of a raw body nothing more is read. */
  static void releaseUnread(Exchange exchange) {
    if (exchange.raw != null) {
      exchange.raw.abandon();
      exchange.raw = null;
    }
  }
}
