package weir.http.client;

import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.Url;
import weir.http.http2.FieldRules;
import weir.http.http2.FieldSection;
import weir.http.http2.ResponseFields;
import weir.http.websocket.ClientHandshake;

/**
 * The heads of one connection's requests as HTTP/2 has them (RFC 9113 §8.3.1), and what its responses
 * are to the rest of the client. Only for the event loop.
 */
final class Http2Heads {

  private static final Logger LOG = LoggerFactory.getLogger(Http2Heads.class);

  static final HttpVersion VERSION = new HttpVersion("HTTP", 2, 0, true);

  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
  private static final AsciiString GET = AsciiString.cached("GET");
  private static final HeaderName CONTENT_LENGTH = HeaderName.of("content-length");

  private final FieldSection section = new FieldSection();
  private final boolean strict;
  private final AsciiString origin;

  /**
   * @param url of any request to the origin
   * @param strict whether fields that are about a connection are refused; else they are left out
   */
  Http2Heads(Url url, boolean strict) {
    this.origin = AsciiString.cached(url.authority());
    this.strict = strict;
  }

  /**
   * Returns the head of a request.
   *
   * @param length of the content: negative if it is not known, and not told if it is zero for a method
   *     that does not send any
   * @throws IllegalArgumentException if a field cannot be sent
   */
  Http2Headers of(HttpRequest request, HeaderFields all, long length) {
    Url url = request.url();
    AsciiString authority = origin;
    section.clear();
    for (int i = 0; i < all.size(); i++) {
      HeaderName name = all.name(i);
      String value = all.value(i).trim();
      if (name.role() == HeaderName.Role.HOST) {
        authority = new AsciiString(value); // RFC 9113 §8.3.1
      } else if (FieldRules.isOfConnection(name.lower(), value)) {
        leaveOut(name, value);
      } else if (name.role() != HeaderName.Role.CONTENT_LENGTH) {
        section.add(name, value);
      }
    }
    if (length > 0 || length == 0 && RequestWriter.sendsContent(request.method())) {
      section.add(CONTENT_LENGTH, Long.toString(length));
    }
    String method = request.method();
    boolean connect = method.equals("CONNECT"); // RFC 9113 §8.5
    return section.request(
        method.equals("GET") ? GET : new AsciiString(method),
        connect ? null : new AsciiString(url.target()),
        connect ? null : url.isSecure() ? HTTPS : HTTP,
        authority);
  }

  /** Returns the head of an extended CONNECT for a WebSocket (RFC 8441 §4). */
  static Http2Headers webSocket(ClientHandshake handshake) {
    Url url = handshake.url();
    HeaderFields all = handshake.fields();
    AsciiString authority = new AsciiString(url.authority());
    Http2Headers head = new DefaultHttp2Headers(false);
    head.method(CONNECT).scheme(url.isSecure() ? HTTPS : HTTP).path(url.target());
    head.set(Http2Headers.PseudoHeaderName.PROTOCOL.value(), WEBSOCKET);
    for (int i = 0; i < all.size(); i++) {
      HeaderName name = all.name(i);
      String value = all.value(i).trim();
      if (name.role() == HeaderName.Role.HOST) {
        authority = new AsciiString(value);
      } else if (!FieldRules.isOfConnection(name.lower(), value)) {
        head.add(name.lower(), new AsciiString(value));
      }
    }
    return head.authority(authority);
  }

  private void leaveOut(HeaderName name, String value) {
    if (strict) {
      throw new IllegalArgumentException(
          "header "
              + name.name().toLowerCase(Locale.ROOT)
              + " is \""
              + value
              + "\" (expected: no such header, for HTTP/2 has none that is about the connection)");
    }
    LOG.debug("header {} is not sent over HTTP/2", name.name());
  }

  /** Returns a response's head as the rest of the client knows it. */
  static HttpResponse response(ResponseFields head) {
    return new DefaultHttpResponse(
        VERSION, HttpResponseStatus.valueOf(head.status()), head.fields());
  }
}
