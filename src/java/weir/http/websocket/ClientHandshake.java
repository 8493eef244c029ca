package weir.http.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.Url;

/** The client's part of the opening handshake, RFC 6455 §4.1 and RFC 8441 §5. */
public final class ClientHandshake {

  /** What the handshake itself decides about. */
  private static final Set<String> OURS =
      Set.of(
          "upgrade",
          "connection",
          "sec-websocket-key",
          "sec-websocket-version",
          "sec-websocket-protocol",
          "sec-websocket-extensions",
          "content-length",
          "transfer-encoding");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final WebSocketConfig config;
  private final List<String> subProtocols;
  private final Url url;
  private final HeaderFields fields;
  private final String key = newKey();

  /**
   * Prepares a request.
   *
   * @param url with the scheme http for ws, and https for wss
   * @param subProtocols what the server may choose from
   * @param headers more fields; Host and Origin replace the usual ones
   */
  public ClientHandshake(
      Url url, WebSocketConfig config, List<String> subProtocols, HeaderFields headers) {
    this.config = config;
    this.subProtocols = List.copyOf(subProtocols);
    this.url = url;
    this.fields = fields(headers);
  }

  private static String newKey() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private HeaderFields fields(HeaderFields headers) {
    Map<String, String> usual = new LinkedHashMap<>();
    usual.put("host", url.authority());
    usual.put("origin", url.scheme() + "://" + url.authority());
    usual.put("sec-websocket-version", Handshakes.VERSION);
    if (!subProtocols.isEmpty()) {
      usual.put("sec-websocket-protocol", String.join(",", subProtocols));
    }
    if (config.deflate() != null) {
      usual.put("sec-websocket-extensions", PerMessageDeflate.offer(config.deflate()));
    }
    HeaderFields more = new HeaderFields();
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i).name().toLowerCase(Locale.ROOT);
      if (!OURS.contains(name)) {
        usual.remove(name);
        more.add(HeaderName.of(name), headers.value(i));
      }
    }
    HeaderFields all = new HeaderFields();
    usual.forEach((name, value) -> all.add(HeaderName.of(name), value));
    for (int i = 0; i < more.size(); i++) {
      all.add(more.name(i), more.value(i));
    }
    return all;
  }

  /** Returns the encoded request of HTTP/1.1. */
  public byte[] request() {
    StringBuilder s = new StringBuilder("GET ").append(url.target()).append(" HTTP/1.1\r\n");
    for (int i = 0; i < fields.size(); i++) {
      append(s, fields.name(i).name(), fields.value(i));
    }
    append(s, "upgrade", "websocket");
    append(s, "connection", "upgrade");
    append(s, "sec-websocket-key", key);
    return s.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void append(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** Returns where the socket is asked for; the scheme is http for ws, and https for wss. */
  public Url url() {
    return url;
  }

  /** Returns the fields, with Host, that a stream of HTTP/2 sends, which needs no key (RFC 8441 §5). */
  public HeaderFields fields() {
    return fields;
  }

  /**
   * Returns the session to install when the server has agreed.
   *
   * @param response of status 101
   * @throws WebSocketClientHandshakeException if it is no answer to the request
   */
  public WebSocketSession session(
      HttpResponse response, WebSocketListener listener, Carrier carrier) {
    HttpHeaders headers = response.headers();
    if (!Handshakes.isUpgrade(headers)) {
      throw invalid("upgrade: " + headers.get(HttpHeaderNames.UPGRADE));
    }
    if (!Handshakes.hasToken(headers, HttpHeaderNames.CONNECTION, "upgrade")) {
      throw invalid("connection: " + headers.get(HttpHeaderNames.CONNECTION));
    }
    String accept = headers.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
    if (!Handshakes.accept(key).equals(accept)) {
      throw invalid("challenge. Actual: " + accept);
    }
    return streamSession(headers, listener, carrier);
  }

  /**
   * Returns the session to install on a stream of HTTP/2 that the server has agreed to.
   *
   * @param headers of a response of status 2xx
   * @throws WebSocketClientHandshakeException if they are no answer to the request
   */
  public WebSocketSession streamSession(
      HttpHeaders headers, WebSocketListener listener, Carrier carrier) {
    String protocol = subProtocol(headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL));
    Agreement agreement = new Agreement(false, protocol, deflate(headers));
    return new WebSocketSession(config, agreement, listener, carrier);
  }

  private static WebSocketClientHandshakeException invalid(String what) {
    return new WebSocketClientHandshakeException("Invalid handshake response " + what);
  }

  private String subProtocol(String chosen) {
    boolean none = chosen == null || chosen.isEmpty();
    if (none ? !subProtocols.isEmpty() : !subProtocols.contains(chosen)) {
      throw new WebSocketClientHandshakeException(
          "Invalid subprotocol. Actual: "
              + chosen
              + ". Expected one of: "
              + String.join(",", subProtocols));
    }
    return none ? null : chosen;
  }

  private PerMessageDeflate deflate(HttpHeaders headers) {
    String given = Handshakes.joined(headers, HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
    if (given == null || config.anyReservedBits() && config.deflate() == null) {
      return null;
    }
    try {
      if (config.deflate() == null) {
        throw new IllegalArgumentException("Invalid extensions. None were offered: " + given);
      }
      return PerMessageDeflate.agreed(given, config.deflate());
    } catch (IllegalArgumentException e) {
      throw new WebSocketClientHandshakeException(e.getMessage());
    }
  }
}
