package weir.net.proxy;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.truthy;

import clojure.lang.Keyword;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import weir.options.Options;

/** The map {@code :proxy-options} of every client, by the names that Clojure programs use. */
public final class ProxyOptions {

  private static final List<String> NAMES =
      List.of(
          "host",
          "port",
          "protocol",
          "user",
          "password",
          "http-headers",
          "tunnel?",
          "keep-alive?",
          "connection-timeout",
          "ssl?",
          "ssl-context",
          "ignore-hosts");

  private static final int TLS_PORT = 443;

  private final Map<?, ?> options;

  private ProxyOptions(Map<?, ?> options) {
    this.options = options;
  }

  /**
   * Returns the proxy, which equals that of equal options.
   *
   * @throws IllegalArgumentException if an option is wrong
   */
  public static ProxyServer server(Object options) {
    Map<?, ?> map = instance(Map.class, ":proxy-options", options, "a map");
    Options.reportUnknown(":proxy-options", map, NAMES);
    return new ProxyOptions(map).server();
  }

  /** Returns the hosts that need no proxy: {@code :ignore-hosts}, else those of NO_PROXY. */
  public static NoProxy except(Map<?, ?> options) {
    Object hosts = options.get(Keyword.intern("ignore-hosts"));
    return hosts == null ? NoProxy.ofEnvironment() : NoProxy.of(strings(hosts));
  }

  private static List<String> strings(Object hosts) {
    List<String> all = new ArrayList<>();
    Iterable<?> each = instance(Iterable.class, ":ignore-hosts", hosts, "strings");
    each.forEach(host -> all.add(String.valueOf(host)));
    return all;
  }

  private ProxyServer server() {
    ProxyServer.Protocol protocol = protocol();
    Object context = get("ssl-context");
    boolean secure = truthy(get("ssl?")) || context != null || get("protocol") == HTTPS;
    return new ProxyServer(
        protocol,
        host(),
        port(secure ? TLS_PORT : protocol.port()),
        string("user"),
        string("password"),
        headers(),
        truthy(get("tunnel?")),
        !Boolean.FALSE.equals(get("keep-alive?")),
        timeout(),
        secure ? ProxyContexts.of(context) : null);
  }

  private static final Keyword HTTP = Keyword.intern("http");
  private static final Keyword HTTPS = Keyword.intern("https");
  private static final Keyword SOCKS4 = Keyword.intern("socks4");
  private static final Keyword SOCKS5 = Keyword.intern("socks5");

  private ProxyServer.Protocol protocol() {
    Object name = get("protocol");
    if (name == null || name == HTTP || name == HTTPS) {
      return ProxyServer.Protocol.HTTP;
    }
    if (name == SOCKS4) {
      return ProxyServer.Protocol.SOCKS4;
    }
    if (name == SOCKS5) {
      return ProxyServer.Protocol.SOCKS5;
    }
    throw illegal(":protocol", name, ":http, :https, :socks4 or :socks5");
  }

  private String host() {
    Object host = get("host");
    if (host instanceof String name && !name.isEmpty()) {
      return name;
    }
    throw illegal(":host", host, "the proxy's name or address");
  }

  private int port(int usual) {
    Object port = get("port");
    if (port == null) {
      return usual;
    }
    if (Options.isInteger(port)) {
      long n = ((Number) port).longValue();
      if (n >= 0 && n <= 65535) {
        return (int) n;
      }
    }
    throw illegal(":port", port, "an integer 1-65535");
  }

  private String string(String name) {
    Object value = get(name);
    return value == null ? null : instance(String.class, ":" + name, value, "a string");
  }

  private HttpHeaders headers() {
    Object given = get("http-headers");
    if (given == null) {
      return null;
    }
    HttpHeaders headers = new DefaultHttpHeaders();
    Map<?, ?> map = instance(Map.class, ":http-headers", given, "a map");
    map.forEach(
        (name, value) ->
            headers.set(
                name instanceof Keyword k ? k.getName() : String.valueOf(name),
                value == null ? "" : value.toString()));
    return headers.isEmpty() ? null : headers;
  }

  private Duration timeout() {
    Object timeout = get("connection-timeout");
    return timeout == null
        ? ProxyServer.DEFAULT_TIMEOUT
        : Options.millis(":connection-timeout", timeout);
  }

  private Object get(String name) {
    return options.get(Keyword.intern(name));
  }
}
