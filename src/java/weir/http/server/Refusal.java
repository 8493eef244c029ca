package weir.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Locale;
import weir.http.Reply;

/** Why a request is answered before any handler sees it. The connection is closed afterwards. */
enum Refusal {
  BAD_REQUEST(400, "Bad Request", "malformed request"),
  BAD_HOST(400, "Bad Request", "HTTP/1.1 wants exactly one Host (RFC 9112 §3.2)"),
  BAD_TARGET(400, "Bad Request", "target and Host do not go together (RFC 9112 §3.2)"),
  BAD_BODY(400, "Bad Request", "malformed request body"),
  SLOW_HEADER(408, "Request Timeout", "request header not complete in time"),
  SLOW_BODY(408, "Request Timeout", "nothing of the request body came for too long"),
  CUT_BODY(400, "Bad Request", "the client went away before the end of its request body"),
  BODY_TOO_LARGE(413, "Content Too Large", "request body over the limit"),
  EXPECTATION_FAILED(417, "Expectation Failed", "the continue handler wants no body"),
  URI_TOO_LONG(414, "URI Too Long", "request line over the limit"),
  HEADERS_TOO_LARGE(431, "Request Header Fields Too Large", "header block over the limit"),
  UNKNOWN_CODING(501, "Not Implemented", "transfer coding other than chunked"),
  UNKNOWN_PROTOCOL(501, "Not Implemented", "CONNECT to another protocol than websocket"),
  UNKNOWN_VERSION(505, "HTTP Version Not Supported", "protocol version is not HTTP/1.0 or 1.1");

  private final Reply reply;
  private final String reason;

  Refusal(int status, String text, String reason) {
    this.reply = ErrorResponses.plain(status, text);
    this.reason = reason;
  }

  Reply reply() {
    return reply;
  }

  String reason() {
    return reason;
  }

  /** Returns why the request cannot be served, or null if it can. */
  static Refusal of(HttpRequest request, ServerConfig config) {
    if (request.decoderResult().isFailure()) {
      Throwable cause = request.decoderResult().cause();
      if (cause instanceof TooLongHttpLineException) {
        return URI_TOO_LONG;
      }
      if (cause instanceof TooLongHttpHeaderException) {
        return HEADERS_TOO_LARGE;
      }
      return hasUnknownCoding(request) ? UNKNOWN_CODING : BAD_REQUEST;
    }
    if (request.protocolVersion().majorVersion() != 1) {
      return UNKNOWN_VERSION;
    }
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || hosts.isEmpty() && request.protocolVersion().minorVersion() > 0) {
      return BAD_HOST;
    }
    String host = hosts.isEmpty() ? "" : hosts.get(0);
    if (!TargetRules.allow(request.method(), request.uri(), host)) {
      return BAD_TARGET;
    }
    return RequestBodies.refusal(request, config);
  }

  /** RFC 9112 §6.1: a transfer coding that we do not understand is a 501; the decoder calls it bad. */
  private static boolean hasUnknownCoding(HttpRequest request) {
    String coding = request.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    return coding != null
        && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
        && !coding.toLowerCase(Locale.ROOT).contains("chunked");
  }
}
