package weir.http.server;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import weir.http.BodyWriter;
import weir.http.Reply;
import weir.http.SentTrailers;
import weir.http.body.Bodies;
import weir.http.body.StreamingBody;
import weir.http.body.WholeBody;
import weir.http.coding.Encoder;
import weir.options.Options;

/**
 * Turns what a handler has answered into bytes. Everything that can fail happens here, before a
 * single byte is sent, so that a bad response becomes a 500.
 */
final class ResponseEncoder {

  private static final Keyword STATUS = Keyword.intern("status");
  private static final Keyword HEADERS = Keyword.intern("headers");
  private static final Keyword BODY = Keyword.intern("body");
  private static final Keyword TRAILERS = Keyword.intern("trailers");
  private static final Keyword CHUNK_SIZE = Keyword.intern("chunk-size");
  private static final Object OK = 200L;

  /** Bodies up to this size are copied behind their head; larger ones are written by themselves. */
  static final int MAX_COPIED = 4096;

  private ResponseEncoder() {}

  /**
   * Encodes the head into {@code head} and sets the exchange's body and close mark.
   *
   * @param result a Ring response map, a {@link Reply}, or null for 204
   * @throws IllegalArgumentException if it is not a response; its body has been closed then
   */
  static void encode(Exchange exchange, Object result, HeadWriter head) {
    if (result instanceof IPersistentMap map) {
      Object status = map.valAt(STATUS, OK);
      Object headers = map.valAt(HEADERS);
      Object body = map.valAt(BODY);
      // A map of nothing but these, as nearly all are, is not asked for more.
      if (map.count()
          > (status == OK ? 0 : 1) + (headers == null ? 0 : 1) + (body == null ? 0 : 1)) {
        if (RingSocketResponse.isOne(map)) {
          exchange.socketResponse = map;
          return;
        }
        exchange.trailers = map.valAt(TRAILERS);
      }
      encode(exchange, result, status, headers, body, head);
    } else if (result instanceof Reply reply) {
      exchange.trailers = reply.trailers();
      encode(exchange, result, reply.status(), reply.fields(), reply.body(), head);
    } else {
      encode(exchange, null, 204L, null, null, head);
    }
  }

  private static void encode(
      Exchange exchange,
      Object response,
      Object status,
      Object headers,
      Object body,
      HeadWriter head) {
    try {
      encode(exchange, response, statusCode(status), headers, body, head);
    } catch (Throwable t) {
      Bodies.discard(body);
      throw t;
    }
  }

  private static void encode(
      Exchange exchange,
      Object response,
      int status,
      Object headers,
      Object body,
      HeadWriter head) {
    if (exchange.trailers != null) {
      exchange.trailers = SentTrailers.early(exchange.trailers);
    }
    beginHead(exchange, status, headers, head);
    if (status == 204 || status == 205 || status == 304) {
      Bodies.discard(body);
      endWithoutBody(exchange, status, head);
      return;
    }
    BodyWriter writer = exchange.context().config().bodyRule().writer(body, response);
    if (writer != null) {
      encodeWritten(exchange, response, status, headers, body, writer, head);
      return;
    }
    if (body instanceof String text && isLong(text, head)) {
      encodeLongText(exchange, text, head);
      return;
    }
    Object content = Bodies.contiguous(body, head.contentType());
    if (content == Bodies.NOT_CONTIGUOUS) {
      StreamingBody streaming = inChunks(exchange, response, body, head);
      if (streaming == null) {
        streaming =
            StreamingBody.of(body, head.contentType(), exchange.context().blockingExecutor());
      }
      encodeStreaming(exchange, streaming, head);
    } else {
      encodeContiguous(exchange, content, head);
    }
  }

  /** Over HTTP/2, as in Aleph, a response may say how much of its body is read and sent at once. */
  private static StreamingBody inChunks(
      Exchange exchange, Object response, Object body, HeadWriter head) {
    Object size =
        head.isHttp2() && response instanceof IPersistentMap map ? map.valAt(CHUNK_SIZE) : null;
    return size == null
        ? null
        : StreamingBody.inChunks(
            body, Options.positiveInt(CHUNK_SIZE, size), exchange.context().blockingExecutor());
  }

  static void beginHead(Exchange exchange, int status, Object headers, HeadWriter head) {
    head.begin(status, headers);
    Trace noted = exchange.trace;
    if (noted != null) {
      noted.answered(status);
    }
    exchange.closeAfter |= head.closeAsked() || !exchange.keepAlive() || exchange.isDraining();
  }

  /**
   * RFC 9110 §15.4.5: a 304 may have the length that a 200 would have; the application's, if any. A 205
   * has no content either, and says so (§15.3.6).
   */
  private static void endWithoutBody(Exchange exchange, int status, HeadWriter head) {
    if (status == 304 && head.negotiation() != null) {
      head.negotiation().withoutBody();
    }
    if (status == 205) {
      head.endWithLength(0, !exchange.closeAfter);
    } else if (status == 304 && head.announcedLength() >= 0) {
      head.endWithLength(head.announcedLength(), !exchange.closeAfter);
    } else {
      head.endUnframed(!exchange.closeAfter);
    }
  }

  /** The body is not written for HEAD: only its length, if the application has said it. */
  private static void encodeWritten(
      Exchange exchange,
      Object response,
      int status,
      Object headers,
      Object body,
      BodyWriter writer,
      HeadWriter head) {
    if (exchange.isHead()) {
      Bodies.discard(body);
      endOfHead(head, head.announcedLength(), exchange);
      return;
    }
    exchange.written =
        new WrittenResponse(exchange, status, headers, writer, exchange.endsByClosing(response));
  }

  private static boolean isLong(String text, HeadWriter head) {
    return text.length() > MAX_COPIED
        && head.negotiation() == null
        && LongText.WORTH_IT
        && !head.isHttp2()
        && Bodies.charset(head.contentType()) == StandardCharsets.UTF_8;
  }

  /** Head and text become one buffer: the text leaves room for the head before it. */
  private static void encodeLongText(Exchange exchange, String text, HeadWriter head) {
    ByteBuf content = head.longText().encode(text);
    try {
      encodeContiguous(exchange, content, head);
    } catch (RuntimeException e) {
      content.release();
      throw e;
    }
    if (exchange.content == content) {
      head.moveBefore(content);
    }
  }

  static void encodeContiguous(Exchange exchange, Object content, HeadWriter head) {
    int length = Bodies.length(content);
    long announced = head.announcedLength();
    String coding = head.negotiation() == null ? null : coding(exchange, length, head);
    if (exchange.isHead()) {
      Bodies.discard(content);
      head.endWithLength(announced >= 0 ? announced : length, !exchange.closeAfter);
      return;
    }
    if (announced >= 0 && announced != length) {
      throw new IllegalArgumentException(
          "response header Content-Length is "
              + announced
              + " but the body has "
              + length
              + " bytes (leave the header out)");
    }
    if (exchange.trailers != null) {
      encodeStreaming(exchange, new WholeBody(content), head);
      return;
    }
    if (coding != null && encodeCoded(exchange, content, head)) {
      return;
    }
    noteLength(exchange, length);
    head.endWithLength(length, !exchange.closeAfter);
    if (content instanceof byte[] bytes && length <= MAX_COPIED && head.append(bytes)) {
      return;
    }
    if (length > 0) {
      exchange.content = content;
    } else if (content instanceof ByteBuf empty) {
      empty.release();
    }
  }

  private static void noteLength(Exchange exchange, int length) {
    Trace noted = exchange.trace;
    if (noted != null) {
      noted.bodyBytes = length;
    }
  }

  static void encodeStreaming(Exchange exchange, StreamingBody body, HeadWriter head) {
    long length = head.announcedLength() >= 0 ? head.announcedLength() : body.length();
    String coding = head.negotiation() == null ? null : coding(exchange, length, head);
    if (exchange.trailers != null && !exchange.isHead() && !exchange.isHttp10()) {
      length = -1; // only chunks can have trailers
    }
    if (exchange.isHead()) {
      body.discard();
      endOfHead(head, length, exchange);
      return;
    }
    StreamingBody sent = body;
    if (coding != null) {
      sent = head.negotiation().encoded(body, head.announcedLength());
      length = sent.length();
    }
    endOfHead(head, length, exchange);
    exchange.streaming = sent;
    exchange.contentLength = length;
  }

  private static String coding(Exchange exchange, long length, HeadWriter head) {
    boolean asItIs = exchange.isHead() || exchange.method() == HttpMethod.CONNECT;
    List<String> accepted =
        asItIs ? null : exchange.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING);
    return head.negotiation().decide(accepted, length, head.contentType());
  }

  /** Encodes head and content, unless the content would not become smaller. */
  private static boolean encodeCoded(Exchange exchange, Object content, HeadWriter head) {
    ByteBuf plain =
        content instanceof byte[] bytes ? Unpooled.wrappedBuffer(bytes) : (ByteBuf) content;
    ByteBuf coded = coded(head.negotiation().encoder(), plain);
    try {
      if (coded.readableBytes() >= plain.readableBytes()) {
        head.negotiation().giveUp();
        return false;
      }
      noteLength(exchange, coded.readableBytes());
      head.endWithLength(coded.readableBytes(), !exchange.closeAfter);
      exchange.content = coded.retain();
      plain.release();
      return true;
    } finally {
      coded.release();
    }
  }

  private static ByteBuf coded(Encoder encoder, ByteBuf plain) {
    try {
      ByteBuf start = encoder.encode(plain.retainedDuplicate());
      return Unpooled.wrappedBuffer(start, encoder.finish());
    } finally {
      encoder.release();
    }
  }

  private static void endOfHead(HeadWriter head, long length, Exchange exchange) {
    if (length >= 0) {
      head.endWithLength(length, !exchange.closeAfter);
    } else if (exchange.isHttp10()) {
      exchange.closeAfter = true; // RFC 9112 §7.1: no chunks for 1.0, so the close ends the body
      head.endUnframed(false);
    } else {
      head.endChunked(!exchange.closeAfter);
    }
  }

  /** Accepts whole and broken numbers and numeric strings, within what a final response may have. */
  private static int statusCode(Object status) {
    long code = -1;
    if (status instanceof Number n) {
      code = n.longValue();
    } else if (status instanceof String s && s.length() == 3) {
      code = parse(s);
    }
    if (code < 200 || code > 999) {
      throw new IllegalArgumentException(
          "response :status is "
              + (status instanceof String ? "\"" + status + "\"" : status)
              + " (expected: a number from 200 to 999)");
    }
    return (int) code;
  }

  private static long parse(String s) {
    try {
      return Long.parseLong(s);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
