package weir.http.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import weir.http.HeaderCase;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.Reply;
import weir.http.RequestMessage;
import weir.http.ResponseHead;

/**
 * The server's part of the opening handshake, RFC 6455 §4.2: checks a request and says what to
 * answer.
 */
public final class ServerHandshake {

  /** What the handshake itself decides about. */
  private static final Set<String> OURS =
      Set.of(
          "upgrade",
          "connection",
          "sec-websocket-accept",
          "sec-websocket-extensions",
          "content-length",
          "transfer-encoding");

  private static final String PROTOCOL = "sec-websocket-protocol";
  private static final HeaderName UPGRADE = HeaderName.of("upgrade");
  private static final HeaderName CONNECTION = HeaderName.of("connection");
  private static final HeaderName ACCEPT = HeaderName.of("sec-websocket-accept");
  private static final HeaderName EXTENSIONS = HeaderName.of("sec-websocket-extensions");

  private final AcceptOptions options;
  private final Reply refusal;
  private final RuntimeException error;
  private final Agreement agreement;
  private final ResponseHead head;

  private ServerHandshake(AcceptOptions options, Reply refusal, RuntimeException error) {
    this.options = options;
    this.refusal = refusal;
    this.error = error;
    this.agreement = null;
    this.head = null;
  }

  private ServerHandshake(AcceptOptions options, Agreement agreement, ResponseHead head) {
    this.options = options;
    this.refusal = null;
    this.error = null;
    this.agreement = agreement;
    this.head = head;
  }

  /** Checks a request. */
  public static ServerHandshake of(RequestMessage request, AcceptOptions options) {
    HttpHeaders headers = request.headers();
    if (!isHandshake(request)) {
      Reply reply = plain(400, "expected websocket request").header("connection", "close");
      return refused(options, reply, "not a WebSocket handshake: " + request.method());
    }
    if (!Handshakes.VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      Reply reply = Reply.of(426).header("sec-websocket-version", Handshakes.VERSION);
      return new ServerHandshake(
          options,
          reply.header("upgrade", "websocket"),
          new IllegalStateException("unsupported version"));
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (!options.originCheck().test(origin)) {
      return refused(
          options, plain(403, "origin not allowed"), "a WebSocket is not for origin " + origin);
    }
    return accepted(headers, request.connectProtocol() != null, options);
  }

  /** A stream of HTTP/2 asks by an extended CONNECT, and needs no key (RFC 8441 §5). */
  private static boolean isHandshake(RequestMessage request) {
    if (request.connectProtocol() != null) {
      return request.connectProtocol().equals("websocket");
    }
    HttpHeaders headers = request.headers();
    return request.method() == HttpMethod.GET
        && request.protocol().equals("HTTP/1.1")
        && Handshakes.isUpgrade(headers)
        && Handshakes.hasToken(headers, HttpHeaderNames.CONNECTION, "upgrade")
        && Handshakes.isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
  }

  private static ServerHandshake refused(AcceptOptions options, Reply reply, String why) {
    return new ServerHandshake(options, reply, new WebSocketServerHandshakeException(why));
  }

  private static Reply plain(int status, String text) {
    return Reply.of(status).header("content-type", "text/plain").body(text);
  }

  private static ServerHandshake accepted(
      HttpHeaders headers, boolean stream, AcceptOptions options) {
    DeflateConfig wanted = options.config().deflate();
    PerMessageDeflate deflate =
        wanted == null
            ? null
            : PerMessageDeflate.accept(
                Handshakes.joined(headers, HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS), wanted);
    String protocol = chosen(headers, options);
    HeaderFields fields = new HeaderFields();
    HeaderFields more = options.headers();
    for (int i = 0; i < more.size(); i++) {
      String name = more.name(i).name();
      String lower = name.toLowerCase(Locale.ROOT);
      if (!OURS.contains(lower) && !lower.equals(PROTOCOL)) {
        fields.add(HeaderName.of(name), more.value(i));
      }
    }
    if (!stream) {
      fields.add(UPGRADE, "websocket");
      fields.add(CONNECTION, "upgrade");
      fields.add(ACCEPT, Handshakes.accept(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
    }
    if (protocol != null) {
      fields.add(HeaderName.of(PROTOCOL), protocol);
    }
    if (deflate != null) {
      fields.add(EXTENSIONS, deflate.response());
    }
    ResponseHead head = new ResponseHead(stream ? 200 : 101, fields, HeaderCase.AS_GIVEN);
    return new ServerHandshake(options, new Agreement(true, protocol, deflate), head);
  }

  /** The one that the program has put into the headers, or the first that the client offers, too. */
  private static String chosen(HttpHeaders headers, AcceptOptions options) {
    HeaderFields more = options.headers();
    for (int i = 0; i < more.size(); i++) {
      if (more.name(i).name().equalsIgnoreCase(PROTOCOL)) {
        return more.value(i);
      }
    }
    List<String> offered = Handshakes.tokens(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    return options.subProtocols().stream().filter(offered::contains).findFirst().orElse(null);
  }

  /** Returns the answer to a request that is no handshake for us; null if it is one. */
  public Reply refusal() {
    return refusal;
  }

  /** Returns why it was refused, or null. */
  public RuntimeException error() {
    return error;
  }

  /** Returns the head of the response: 101, or 200 of a stream. */
  public ResponseHead head() {
    return head;
  }

  /**
   * Returns the session to install when the head is sent.
   *
   * @param idleTimeout the server's, if the options have none of their own
   */
  public WebSocketSession session(
      WebSocketListener listener, Carrier carrier, Duration idleTimeout) {
    WebSocketConfig config = options.config().withIdleTimeout(idleTimeout);
    return new WebSocketSession(config, agreement, listener, carrier);
  }
}
