package weir.net;

import static weir.options.Arguments.notNegative;

import io.netty.bootstrap.Bootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import weir.net.proxy.NoProxy;
import weir.net.proxy.ProxyServer;
import weir.net.tls.Tls;

/**
 * What the builders of clients have that make one connection: the way to the server and how it is
 * trusted. Each method returns the builder.
 *
 * @param <B> the builder itself
 */
public abstract class ClientBuilder<B extends ClientBuilder<B>> {

  /** How long the connection to one address may take: 30 s. */
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private Transport transport;
  private SocketAddress localAddress;
  private SslContext sslContext;
  private boolean trustsAnybody;
  private String endpointAlgorithm = Tls.DEFAULT_ENDPOINT_ALGORITHM;
  private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
  private AddressResolverGroup<?> resolver = JdkResolvers.INSTANCE;
  private ProxyServer proxy;
  private NoProxy noProxy = NoProxy.NONE;
  private Consumer<Bootstrap> bootstrap = b -> {};

  /** For builders. */
  protected ClientBuilder() {}

  /** Returns this builder. */
  protected abstract B self();

  /** Sets the transport; the default is the best of this machine. */
  public B transport(Transport newTransport) {
    transport = newTransport.ensureAvailable();
    return self();
  }

  /** Connects from an address. */
  public B localAddress(SocketAddress address) {
    localAddress = address;
    return self();
  }

  /** Sets whom to trust and who to be; {@link Tls#client} makes a context. */
  public B sslContext(SslContext context) {
    sslContext = Objects.requireNonNull(context, "context");
    trustsAnybody = false;
    return self();
  }

  /** Sets how the certificate is held against the host's name; null does not. Default: HTTPS. */
  public B endpointAlgorithm(String algorithm) {
    endpointAlgorithm = algorithm;
    return self();
  }

  /** Limits the connection to one address; zero does not. */
  public B connectTimeout(Duration timeout) {
    connectTimeout = notNegative("connectTimeout", timeout);
    return self();
  }

  /** Sets how names become addresses; the default asks the JDK, off the event loops. */
  public B resolver(AddressResolverGroup<?> group) {
    resolver = Objects.requireNonNull(group, "group");
    return self();
  }

  /** Connects through a proxy, but for some hosts. */
  public B proxy(ProxyServer server, NoProxy except) {
    proxy = Objects.requireNonNull(server, "server");
    noProxy = Objects.requireNonNull(except, "except");
    return self();
  }

  /** Changes Netty's bootstrap after all defaults are set. */
  public B bootstrap(Consumer<Bootstrap> transform) {
    bootstrap = Objects.requireNonNull(transform, "transform");
    return self();
  }

  // ---- for the clients

  /** Trusts every certificate for every name, whatever context there is, until one is set. */
  protected final B trustAnybody() {
    trustsAnybody = true;
    return endpointAlgorithm(null);
  }

  /** Returns whether every certificate will do. */
  protected final boolean trustsAnybody() {
    return trustsAnybody;
  }

  /**
   * Returns what a dialer has to know.
   *
   * @param before changes the bootstrap before the program does
   */
  protected final Dialer.Options dialerOptions(Consumer<Bootstrap> before) {
    return new Dialer.Options(
        transport == null ? Transport.best() : transport,
        resolver,
        connectTimeout,
        localAddress,
        before.andThen(bootstrap));
  }

  /** Returns the proxy to a host, or null. */
  protected final ProxyServer proxyTo(String host, int port) {
    return proxy == null || noProxy.matches(host, port) ? null : proxy;
  }

  /** Returns the transport, or null for the best of this machine. */
  protected final Transport chosenTransport() {
    return transport;
  }

  /** Returns where to connect from, or null. */
  protected final SocketAddress chosenLocalAddress() {
    return localAddress;
  }

  /** Returns how names become addresses. */
  protected final AddressResolverGroup<?> chosenResolver() {
    return resolver;
  }

  /** Returns the proxy, or null. */
  protected final ProxyServer chosenProxy() {
    return proxy;
  }

  /** Returns the hosts that are reached without it. */
  protected final NoProxy chosenNoProxy() {
    return noProxy;
  }

  /** Returns what changes the bootstrap. */
  protected final Consumer<Bootstrap> chosenBootstrap() {
    return bootstrap;
  }

  /** Returns the TLS, or null. */
  protected final SslContext chosenTls() {
    return sslContext;
  }

  /** Returns how names are verified, or null. */
  protected final String chosenEndpointAlgorithm() {
    return endpointAlgorithm;
  }

  /** Returns the limit of the connection to one address. */
  protected final Duration chosenConnectTimeout() {
    return connectTimeout;
  }
}
