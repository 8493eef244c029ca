package weir.http.client;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.millis;
import static weir.options.Options.truthy;

import clojure.lang.Keyword;
import io.netty.bootstrap.Bootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.MalformedURLException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.http.ProxyRule;
import weir.http.Url;
import weir.http.websocket.DuplexStream;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketOptions;
import weir.net.JdkResolvers;
import weir.net.Transport;
import weir.net.proxy.ProxyOptions;
import weir.net.proxy.ProxyServer;
import weir.net.tls.Tls;
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
          "executor");

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

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
    return new WebSocketConnect(
        WebSocketOptions.config(options, "extensions?"),
        WebSocketOptions.subProtocols(options),
        WebSocketOptions.headers(get("headers")),
        transport(),
        executor(),
        sslContext(),
        endpointAlgorithm(),
        timeout("connect-timeout"),
        timeout("handshake-timeout"),
        localAddress(),
        resolver(),
        proxy(),
        bootstrap());
  }

  private Object get(String name) {
    return options.get(Keyword.intern(name));
  }

  private Transport transport() {
    Object transport = get("transport");
    if (transport == null) {
      return truthy(get("epoll?")) ? Transport.EPOLL.ensureAvailable() : null;
    }
    String name = transport instanceof Keyword k ? k.getName() : String.valueOf(transport);
    return Transport.named(name).ensureAvailable();
  }

  private Executor executor() {
    Object executor = get("executor");
    if (executor == Keyword.intern("none")) {
      return Runnable::run;
    }
    return executor == null
        ? CallbackThreads.INSTANCE
        : instance(Executor.class, ":executor", executor, "an Executor, or :none");
  }

  private SslContext sslContext() {
    Object context = get("ssl-context");
    if (context != null) {
      return TlsOptions.client(context, null);
    }
    return truthy(get("insecure?")) ? Insecure.CONTEXT : null;
  }

  /** Trusts everybody; made when it is first asked for. */
  private static final class Insecure {
    static final SslContext CONTEXT = Tls.client().trustAnybody().build();
  }

  private String endpointAlgorithm() {
    if (options.containsKey(Keyword.intern("ssl-endpoint-id-alg"))) {
      return (String) get("ssl-endpoint-id-alg");
    }
    boolean anyone = get("ssl-context") == null && truthy(get("insecure?"));
    return anyone ? null : Tls.DEFAULT_ENDPOINT_ALGORITHM;
  }

  private Duration timeout(String name) {
    Object value = get(name);
    return value == null ? DEFAULT_TIMEOUT : millis(":" + name, value);
  }

  private SocketAddress localAddress() {
    Object address = get("local-address");
    return address == null
        ? null
        : instance(SocketAddress.class, ":local-address", address, "a java.net.SocketAddress");
  }

  private AddressResolverGroup<?> resolver() {
    Object resolver = get("name-resolver");
    if (resolver == null || resolver == Keyword.intern("default")) {
      return JdkResolvers.INSTANCE;
    }
    if (resolver == Keyword.intern("noop")) {
      return NoopAddressResolverGroup.INSTANCE;
    }
    return instance(
        AddressResolverGroup.class,
        ":name-resolver",
        resolver,
        ":default, :noop or an AddressResolverGroup");
  }

  private Consumer<Bootstrap> bootstrap() {
    Object transform = get("bootstrap-transform");
    return transform == null ? b -> {} : Options.consumer(":bootstrap-transform", transform);
  }

  private ProxyRule proxy() {
    Object value = get("proxy-options");
    if (value == null) {
      return ProxyRule.DIRECT;
    }
    ProxyServer server = ProxyOptions.server(value);
    return new ProxyRule(server, ProxyOptions.except((Map<?, ?>) value));
  }
}
