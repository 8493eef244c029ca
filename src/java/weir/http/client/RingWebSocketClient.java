package weir.http.client;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.millis;
import static weir.options.Options.truthy;

import clojure.lang.Keyword;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.MalformedURLException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.http.Url;
import weir.http.websocket.DuplexStream;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketOptions;
import weir.net.JdkResolvers;
import weir.net.Transport;
import weir.net.proxy.ProxyOptions;
import weir.net.tls.Alpn;
import weir.net.tls.TlsOptions;
import weir.options.Options;

/** Makes WebSockets of a URL and an option map. */
public final class RingWebSocketClient {

  private static final List<String> CLIENT_NAMES =
      List.of(
          "insecure?",
          "ssl-context",
          "ssl-endpoint-id-alg",
          "sub-protocols",
          "extensions?",
          "bootstrap-transform",
          "local-address",
          "transport",
          "epoll?",
          "connect-timeout",
          "handshake-timeout",
          "name-resolver",
          "proxy-options",
          "executor",
          "http-versions");

  private final Map<?, ?> options;

  private RingWebSocketClient(Map<?, ?> options) {
    this.options = options;
  }

  /**
   * Connects.
   *
   * @param options Keywords to values, or null; see {@code aleph.http/websocket-client}
   * @return a deferred of a duplex stream
   * @throws IllegalArgumentException if the URL or an option is wrong
   */
  public static Deferred<Object> stream(String place, String url, Map<?, ?> options) {
    Map<?, ?> given = options == null ? Map.of() : options;
    DuplexStream duplex = new DuplexStream(WebSocketOptions.raw(given));
    Deferred<WebSocket> socket = listen(place, url, given, duplex);
    socket.listen(new Failing(duplex.stream()));
    duplex.stream().listen(new Failing(socket));
    return duplex.stream();
  }

  /** Passes failures on: of the socket to the stream, and of one who gives up to the socket. */
  private static final class Failing extends Callback {
    private final Deferred<?> other;

    Failing(Deferred<?> other) {
      this.other = other;
    }

    @Override
    protected void onSuccess(Object opened) {}

    @Override
    protected void onError(Object error) {
      other.error(error);
    }
  }

  /** Connects; what happens is told to a listener. */
  public static Deferred<WebSocket> listen(
      String place, String url, Map<?, ?> options, WebSocketListener listener) {
    List<String> known = new ArrayList<>(WebSocketOptions.NAMES);
    known.addAll(CLIENT_NAMES);
    Options.reportUnknown(place, options, known);
    return WebSocketClient.connect(
        parse(url), new RingWebSocketClient(options).connect(), listener);
  }

  private static Url parse(String url) {
    String lower = url.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("ws://") && !lower.startsWith("wss://")) {
      throw illegal("url", url, "one that begins with ws:// or wss://");
    }
    try {
      return Url.parse("http" + url.substring(2));
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("url is \"" + url + "\": " + e.getMessage(), e);
    }
  }

  private WebSocketConnect connect() {
    WebSocketConnect.Builder b = WebSocketConnect.builder();
    b.config(WebSocketOptions.config(options, "extensions?"))
        .subProtocols(WebSocketOptions.subProtocols(options).toArray(String[]::new))
        .headers(WebSocketOptions.headers(get("headers")));
    CLIENT_NAMES.forEach(name -> set(b, name, get(name)));
    setTrust(b);
    return b.build();
  }

  private void set(WebSocketConnect.Builder b, String name, Object v) {
    if (v == null) {
      return;
    }
    String k = ":" + name;
    switch (name) {
      case "transport" -> b.transport(transport(v));
      case "epoll?" -> {
        if (truthy(v) && get("transport") == null) {
          b.transport(Transport.EPOLL);
        }
      }
      case "executor" -> b.executor(executor(k, v));
      case "connect-timeout" -> b.connectTimeout(millis(k, v));
      case "handshake-timeout" -> b.handshakeTimeout(millis(k, v));
      case "local-address" ->
          b.localAddress(instance(SocketAddress.class, k, v, "a java.net.SocketAddress"));
      case "name-resolver" -> b.resolver(resolver(k, v));
      case "proxy-options" -> b.proxy(ProxyOptions.server(v), ProxyOptions.except((Map<?, ?>) v));
      case "bootstrap-transform" -> b.bootstrap(Options.consumer(k, v));
      case "http-versions" -> b.httpVersions(Http2ClientOptions.versions(k, v));
      default -> {
        // sub-protocols, extensions and trust are read together with others
      }
    }
  }

  private static Transport transport(Object v) {
    return Transport.named(v instanceof Keyword k ? k.getName() : String.valueOf(v));
  }

  private static Executor executor(String k, Object v) {
    return v == Keyword.intern("none")
        ? Runnable::run
        : instance(Executor.class, k, v, "an Executor, or :none");
  }

  private static AddressResolverGroup<?> resolver(String k, Object v) {
    if (v == Keyword.intern("default")) {
      return JdkResolvers.INSTANCE;
    }
    return v == Keyword.intern("noop")
        ? NoopAddressResolverGroup.INSTANCE
        : instance(AddressResolverGroup.class, k, v, ":default, :noop or an AddressResolverGroup");
  }

  private void setTrust(WebSocketConnect.Builder b) {
    Object context = get("ssl-context");
    Object versions = get("http-versions");
    if (context != null) {
      b.sslContext(
          versions == null
              ? TlsOptions.client(context, null)
              : Alpn.httpClient(context, (Iterable<?>) versions));
    } else if (truthy(get("insecure?"))) {
      b.insecure();
    }
    if (options.containsKey(Keyword.intern("ssl-endpoint-id-alg"))) {
      b.endpointAlgorithm((String) get("ssl-endpoint-id-alg"));
    }
  }

  private Object get(String name) {
    return options.get(Keyword.intern(name));
  }
}
