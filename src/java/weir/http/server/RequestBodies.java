package weir.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayInputStream;
import weir.http.RequestBodyType;
import weir.http.body.InboundBody;
import weir.http.body.StreamedBody;

/** Decides how the body of a request reaches the handler. */
final class RequestBodies {

  private static final byte[] EMPTY = {};

  private RequestBodies() {}

  /** Returns why the announced body cannot be taken, or null if it can. */
  static Refusal refusal(HttpRequest request, ServerConfig config) {
    String coding = request.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding.trim())) {
      return Refusal.UNKNOWN_CODING;
    }
    long max = config.maxRequestBodyBytes();
    long streamed = config.maxStreamedBodyBytes();
    if (coding == null && (max > 0 || streamed > 0) && tooLarge(length(request), config)) {
      return Refusal.BODY_TOO_LARGE;
    }
    return null;
  }

  /** Returns whether that is more than a body may have. */
  static boolean tooLarge(long length, ServerConfig config) {
    long max = config.maxRequestBodyBytes();
    long streamed = config.maxStreamedBodyBytes();
    return max > 0 && length > max || streamed > 0 && length > streamed;
  }

  /** Returns where the request's body goes, or null if it has none. */
  static InboundBody plan(Exchange exchange, HttpRequest request, ServerConfig config) {
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    long length = chunked ? -1 : length(request);
    return plan(exchange, request.headers(), length, chunked, config);
  }

  /**
   * Returns where a request's body goes, or null if it has none.
   *
   * @param length the announced length, or -1
   * @param trailers whether fields may follow the body
   */
  static InboundBody plan(
      Exchange exchange, HttpHeaders headers, long length, boolean trailers, ServerConfig config) {
    if (length == 0 && !trailers) {
      if (config.bodyType() != RequestBodyType.INPUT_STREAM) {
        exchange.body(AggregatedBody.emptyStream());
      } else if (wantsStream(headers, config)) {
        exchange.body(new ByteArrayInputStream(EMPTY));
      }
      return null;
    }
    if (trailers) {
      exchange.expectTrailers();
    }
    long max = config.maxRequestBodyBytes();
    if (max > 0) {
      return new AggregatedBody(exchange, max, config.bodyType());
    }
    RequestBodyType type = config.bodyType();
    boolean stream = type != RequestBodyType.INPUT_STREAM;
    if (length > 0 && length <= config.requestBufferBytes() && !stream) {
      return new AggregatedBody(exchange, length, type);
    }
    StreamedBody body =
        new StreamedBody(
            exchange.lane().owner(exchange), config.requestBufferBytes(), config.rawStream());
    exchange.body(stream ? body.stream() : body.reader());
    if (config.rawStream()) {
      exchange.raw = body;
    }
    long limit = config.maxStreamedBodyBytes();
    return limit > 0 ? new LimitedBody(body, exchange, limit) : body;
  }

  /** What parses forms reads the body without looking whether there is one. */
  static boolean wantsStream(HttpHeaders headers, ServerConfig config) {
    if (config.alwaysBody()) {
      return true;
    }
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type != null
        && (startsWith(type, "application/x-www-form-urlencoded")
            || startsWith(type, "multipart/form-data"));
  }

  private static boolean startsWith(String type, String prefix) {
    return type.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  private static long length(HttpRequest request) {
    String value = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return value == null ? 0 : Long.parseLong(value.trim()); // the decoder has checked it
  }
}
