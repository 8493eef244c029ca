package weir.http.websocket;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import weir.http.HeaderFields;

/** How a server answers the handshake of one request. Immutable; {@link #DEFAULT} asks for nothing. */
public final class AcceptOptions {

  /** All defaults. */
  public static final AcceptOptions DEFAULT = new AcceptOptions(WebSocketConfig.DEFAULT);

  private final WebSocketConfig config;
  private final List<String> subProtocols;
  private final Predicate<String> originCheck;
  private final HeaderFields headers;

  /** Creates options that only have a config. */
  public AcceptOptions(WebSocketConfig config) {
    this(config, List.of(), origin -> true, new HeaderFields());
  }

  private AcceptOptions(
      WebSocketConfig config,
      List<String> subProtocols,
      Predicate<String> originCheck,
      HeaderFields headers) {
    this.config = Objects.requireNonNull(config, "config");
    this.subProtocols = List.copyOf(subProtocols);
    this.originCheck = Objects.requireNonNull(originCheck, "originCheck");
    this.headers = headers;
  }

  /** Returns these with the server's sub-protocols: the first that the client offers is chosen. */
  public AcceptOptions subProtocols(List<String> preferred) {
    for (String name : preferred) {
      if (!Extension.isToken(name)) {
        throw new IllegalArgumentException(
            "sub-protocol: \"" + name + "\" (expected: a token, without spaces or separators)");
      }
    }
    return new AcceptOptions(config, preferred, originCheck, headers);
  }

  /**
   * Returns these with a check of the Origin header, null if there is none: requests that it does not
   * accept are answered 403. Browsers let any page connect to any server.
   */
  public AcceptOptions originCheck(Predicate<String> check) {
    return new AcceptOptions(config, subProtocols, check, headers);
  }

  /** Returns these with more header fields for the response. */
  public AcceptOptions headers(HeaderFields fields) {
    return new AcceptOptions(config, subProtocols, originCheck, fields.copy());
  }

  WebSocketConfig config() {
    return config;
  }

  List<String> subProtocols() {
    return subProtocols;
  }

  Predicate<String> originCheck() {
    return originCheck;
  }

  HeaderFields headers() {
    return headers;
  }
}
