package weir.tcp;

import static weir.options.Arguments.notNegative;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import weir.deferred.Deferred;
import weir.net.ByteBufConversions;
import weir.net.Dialer;
import weir.net.Dialing;
import weir.net.JdkResolvers;
import weir.net.Transport;
import weir.net.proxy.NoProxy;
import weir.net.proxy.ProxyServer;
import weir.net.tls.Failures;
import weir.net.tls.Tls;
import weir.stream.SplicedStream;

/**
 * Makes TCP connections.
 *
 * <pre>{@code
 * TcpClient.builder().address("localhost", 7).connect().thenAccept(stream -> stream.put("hi", false));
 * }</pre>
 */
public final class TcpClient {

  /** How long the connection to one address may take: 30 s. */
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private TcpClient() {}

  /** Returns a builder; an address is needed. */
  public static Builder builder() {
    return new Builder();
  }

  /** What a connection needs to know. Each method but the last returns the builder. */
  public static final class Builder {
    private SocketAddress remote;
    private SocketAddress local;
    private Transport transport;
    private Executor executor;
    private SslContext sslContext;
    private String endpointAlgorithm = Tls.DEFAULT_ENDPOINT_ALGORITHM;
    private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
    private AddressResolverGroup<?> resolver = JdkResolvers.INSTANCE;
    private ProxyServer proxy;
    private NoProxy noProxy = NoProxy.NONE;
    private boolean rawStream;
    private boolean halfClosure;
    private Consumer<Bootstrap> bootstrap = b -> {};
    private Consumer<ChannelPipeline> pipeline = p -> {};

    private Builder() {}

    /** Connects to a host, whose name is resolved without blocking, or by the proxy. */
    public Builder address(String host, int port) {
      return address(InetSocketAddress.createUnresolved(host, port));
    }

    /** Connects to an address. */
    public Builder address(SocketAddress address) {
      remote = Objects.requireNonNull(address, "address");
      return this;
    }

    /** Connects to a unix domain socket. */
    public Builder unixSocket(Path path) {
      return address(UnixDomainSocketAddress.of(path));
    }

    /** Connects from an address. */
    public Builder localAddress(SocketAddress address) {
      local = address;
      return this;
    }

    /** Sets the transport; the default is the best of this machine. */
    public Builder transport(Transport newTransport) {
      transport = newTransport.ensureAvailable();
      return this;
    }

    /** Sets where takers of the stream are called. Default: the event loop. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Connects over TLS; {@link Tls#client} makes a context. */
    public Builder sslContext(SslContext context) {
      sslContext = Objects.requireNonNull(context, "context");
      return this;
    }

    /** Sets how the certificate is held against the host's name; null does not. Default: HTTPS. */
    public Builder endpointAlgorithm(String algorithm) {
      endpointAlgorithm = algorithm;
      return this;
    }

    /** Limits the connection to one address and the TLS handshake; zero does not. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = notNegative("connectTimeout", timeout);
      return this;
    }

    /** Sets how names become addresses; the default asks the JDK, off the event loops. */
    public Builder resolver(AddressResolverGroup<?> group) {
      resolver = Objects.requireNonNull(group, "group");
      return this;
    }

    /** Connects through a proxy, but for some hosts. */
    public Builder proxy(ProxyServer server, NoProxy except) {
      proxy = Objects.requireNonNull(server, "server");
      noProxy = Objects.requireNonNull(except, "except");
      return this;
    }

    /** Emits ByteBufs, which the taker releases, instead of arrays. */
    public Builder rawStream(boolean on) {
      rawStream = on;
      return this;
    }

    /** Lets the other direction live on when the peer has closed its own. Default: off. */
    public Builder allowHalfClosure(boolean on) {
      halfClosure = on;
      return this;
    }

    /** Changes Netty's bootstrap after all defaults are set. */
    public Builder bootstrap(Consumer<Bootstrap> transform) {
      bootstrap = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /** Changes the connection's pipeline after all handlers are in it. */
    public Builder pipeline(Consumer<ChannelPipeline> transform) {
      pipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /**
     * Connects, without blocking.
     *
     * @return the stream once there is a connection and, with TLS, the handshake is done. Whoever
     *     realizes it first gives the connection up
     * @throws IllegalArgumentException if there is no address
     */
    public Deferred<SplicedStream> connect() {
      if (remote == null) {
        throw new IllegalArgumentException("host: missing (expected: a host, or an address)");
      }
      ByteBufConversions.install();
      Dialer dialer =
          new Dialer(
              new Dialer.Options(
                  transport == null ? Transport.best() : transport,
                  resolver,
                  connectTimeout,
                  local,
                  this::configure));
      Call call = new Call(this);
      call.dialing = dialer.dial(remote, chosenProxy(), call);
      call.giveUpIfRealized();
      return call;
    }

    private void configure(Bootstrap b) {
      if (halfClosure) {
        b.option(ChannelOption.ALLOW_HALF_CLOSURE, true);
      }
      bootstrap.accept(b);
    }

    private ProxyServer chosenProxy() {
      boolean direct =
          !(remote instanceof InetSocketAddress inet)
              || noProxy.matches(inet.getHostString(), inet.getPort());
      return direct ? null : proxy;
    }
  }

  /** The stream to come. */
  private static final class Call extends Deferred<SplicedStream> implements Dialer.Caller {
    private final Builder b;
    private final String host;
    private final int port;
    private volatile Dialing dialing;
    private volatile Channel channel;

    Call(Builder b) {
      super(b.executor);
      this.b = b;
      InetSocketAddress inet = b.remote instanceof InetSocketAddress a ? a : null;
      this.host = inet == null ? "localhost" : inet.getHostString();
      this.port = inet == null ? 0 : inet.getPort();
    }

    @Override
    public void connected(Channel c) {
      channel = c;
      ChannelPipeline p = c.pipeline();
      if (b.sslContext != null) {
        SslHandler tls = Tls.connect(c, b.sslContext, host, port, b.endpointAlgorithm);
        tls.setHandshakeTimeoutMillis(b.connectTimeout.toMillis());
        p.addLast(Tls.HANDLER, tls);
      }
      p.addLast(
          "handler",
          new TcpHandler(
              b.sslContext != null,
              b.rawStream,
              b.executor,
              this::got,
              cause -> this.failed(cause)));
      b.pipeline.accept(p);
      giveUpIfRealized();
    }

    private void got(SplicedStream stream) {
      if (!super.success(stream)) {
        channel.close();
      }
    }

    @Override
    public void failed(Throwable cause) {
      super.error(Failures.atClient(cause, host, port));
    }

    void giveUpIfRealized() {
      if (isRealized() && !(successValue(null) instanceof SplicedStream)) {
        Channel c = channel;
        if (c != null) {
          c.close();
        } else if (dialing != null) {
          dialing.cancel();
        }
      }
    }

    @Override
    public Boolean success(Object value) {
      Boolean won = super.success(value);
      giveUpIfRealized();
      return won;
    }

    @Override
    public Boolean error(Object error) {
      Boolean won = super.error(error);
      giveUpIfRealized();
      return won;
    }
  }
}
