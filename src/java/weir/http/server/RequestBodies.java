package weir.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;

/** Decides how the body of a request reaches the handler. */
final class RequestBodies {

  private RequestBodies() {}

  /** Returns why the announced body cannot be taken, or null if it can. */
  static Refusal refusal(HttpRequest request, ServerConfig config) {
    String coding = request.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding.trim())) {
      return Refusal.UNKNOWN_CODING;
    }
    long max = config.maxRequestBodyBytes();
    if (max > 0 && coding == null && length(request) > max) {
      return Refusal.BODY_TOO_LARGE;
    }
    return null;
  }

  /** Returns where the request's body goes, or null if it has none. */
  static InboundBody plan(Exchange exchange, HttpRequest request, ServerConfig config) {
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    long length = chunked ? -1 : length(request);
    if (length == 0) {
      if (config.rawStream()) {
        exchange.body(AggregatedBody.emptyRawBody());
      }
      return null;
    }
    long max = config.maxRequestBodyBytes();
    if (max > 0) {
      return new AggregatedBody(exchange, max, config.rawStream());
    }
    if (length > 0 && length <= config.requestBufferBytes() && !config.rawStream()) {
      return new AggregatedBody(exchange, length, false);
    }
    return StreamedBody.start(exchange, config);
  }

  private static long length(HttpRequest request) {
    String value = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return value == null ? 0 : Long.parseLong(value.trim()); // the decoder has checked it
  }
}
