package weir.net.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectionEvent;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks4ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import weir.net.tls.Failures;
import weir.net.tls.Tls;

/**
 * A proxy and how to speak to it. The target's name is resolved by the proxy, never here.
 *
 * @param protocol how it is asked
 * @param host its name or address
 * @param port its port
 * @param user the name to log in with, or null
 * @param password the password, null without a name; SOCKS 4 has none
 * @param headers sent with CONNECT, or null
 * @param tunnel whether plain HTTP goes through CONNECT, too
 * @param keepAlive whether {@code Proxy-Connection: Keep-Alive} is sent
 * @param timeout how long it may take until there is a tunnel; zero for no limit
 * @param tls for the connection to the proxy itself, or null for none
 */
public record ProxyServer(
    Protocol protocol,
    String host,
    int port,
    String user,
    String password,
    HttpHeaders headers,
    boolean tunnel,
    boolean keepAlive,
    Duration timeout,
    SslContext tls) {

  /** How long a tunnel may take unless told otherwise: 60 s. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  /** The languages of proxies. */
  public enum Protocol {
    /** CONNECT, or requests in absolute form. */
    HTTP(80),
    /** SOCKS 4, with names as in 4a. */
    SOCKS4(1080),
    /** SOCKS 5. */
    SOCKS5(1080);

    private final int port;

    Protocol(int port) {
      this.port = port;
    }

    /** Returns the usual port. */
    public int port() {
      return port;
    }
  }

  /** Checks what would otherwise fail without a word. */
  public ProxyServer {
    Objects.requireNonNull(protocol, "protocol");
    Objects.requireNonNull(timeout, "timeout");
    if (host == null || host.isEmpty()) {
      throw new IllegalArgumentException("proxy host: " + host + " (expected: a name)");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("proxy port: " + port + " (expected: 1-65535)");
    }
    if (protocol == Protocol.SOCKS4
        ? user == null && password != null
        : (user == null) != (password == null)) {
      throw new IllegalArgumentException(
          "proxy user and password: one is missing (expected: both or none)");
    }
    if (protocol != Protocol.HTTP && (headers != null || tls != null)) {
      throw new IllegalArgumentException(
          "proxy headers and TLS: given for " + protocol + " (expected: only with HTTP)");
    }
  }

  /** Returns an HTTP proxy without a login. */
  public static ProxyServer http(String host, int port) {
    return new ProxyServer(
        Protocol.HTTP, host, port, null, null, null, false, true, DEFAULT_TIMEOUT, null);
  }

  /** Returns a SOCKS 5 proxy without a login. */
  public static ProxyServer socks5(String host, int port) {
    return new ProxyServer(
        Protocol.SOCKS5, host, port, null, null, null, false, true, DEFAULT_TIMEOUT, null);
  }

  /** Returns the same proxy with a login. */
  public ProxyServer login(String name, String secret) {
    return new ProxyServer(
        protocol, host, port, name, secret, headers, tunnel, keepAlive, timeout, tls);
  }

  /** Returns the same proxy, reached over TLS. */
  public ProxyServer over(SslContext context) {
    return new ProxyServer(
        protocol, host, port, user, password, headers, tunnel, keepAlive, timeout, context);
  }

  /** Returns where it is, unresolved. */
  public InetSocketAddress address() {
    return InetSocketAddress.createUnresolved(host, port);
  }

  /** Returns whether plain HTTP is sent to it in absolute form instead of through a tunnel. */
  public boolean forwards() {
    return protocol == Protocol.HTTP && !tunnel && user == null && headers == null;
  }

  /**
   * Adds what makes a tunnel. Handlers behind it see the channel become active when the tunnel is
   * there.
   *
   * @param resolved the proxy's address
   */
  public void addHandlers(ChannelPipeline pipeline, SocketAddress resolved) {
    if (tls != null) {
      pipeline.addLast("proxy-ssl-handler", tlsHandler(pipeline.channel()));
    }
    pipeline.addLast("proxy", handler(resolved));
    pipeline.addLast("pending-proxy-connection", new Pending());
  }

  /** Returns the TLS handler of a connection to the proxy itself; only with {@link #tls}. */
  public SslHandler tlsHandler(Channel channel) {
    return Tls.connect(channel, tls, host, port, Tls.DEFAULT_ENDPOINT_ALGORITHM);
  }

  /** Returns a new handler that makes the tunnel once the connection to the proxy is there. */
  public ProxyHandler handler(SocketAddress resolved) {
    ProxyHandler handler =
        switch (protocol) {
          case HTTP -> new HttpProxyHandler(resolved, connectHeaders(), true);
          case SOCKS4 -> new Socks4ProxyHandler(resolved, user);
          case SOCKS5 -> new Socks5ProxyHandler(resolved, user, password);
        };
    handler.setConnectTimeoutMillis(timeout.toMillis());
    return handler;
  }

  private HttpHeaders connectHeaders() {
    HttpHeaders all = new DefaultHttpHeaders();
    if (keepAlive) {
      all.set("proxy-connection", "Keep-Alive");
    }
    if (user != null) {
      all.set("proxy-authorization", authorization());
    }
    if (headers != null) {
      all.setAll(headers);
    }
    return all;
  }

  private String authorization() {
    byte[] login = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(login);
  }

  /** Returns a failure on the way to the tunnel in words. */
  public Throwable explain(Throwable cause) {
    return tls == null ? cause : Failures.atClient(cause, host, port);
  }

  @Override
  public String toString() {
    return protocol + " proxy " + host + ":" + port; // no password in a log
  }

  /** Lets nobody know of the connection before the tunnel is there. */
  private static final class Pending extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      // Only the connection to the proxy is there.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ProxyConnectionEvent) {
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }
  }
}
