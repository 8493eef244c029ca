package weir.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
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
import weir.net.ClientBuilder;
import weir.net.Dialer;
import weir.net.Dialing;
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
  public static final Duration DEFAULT_CONNECT_TIMEOUT = ClientBuilder.DEFAULT_CONNECT_TIMEOUT;

  private TcpClient() {}

  /** Returns a builder; an address is needed. */
  public static Builder builder() {
    return new Builder();
  }

  /** What a connection needs to know. Each method but the last returns the builder. */
  public static final class Builder extends ClientBuilder<Builder> {
    private SocketAddress remote;
    private Executor executor;
    private boolean rawStream;
    private boolean halfClosure;
    private Consumer<ChannelPipeline> pipeline = p -> {};

    private Builder() {}

    @Override
    protected Builder self() {
      return this;
    }

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

    /** Sets where takers of the stream are called. Default: the event loop. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
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

    /** Changes the connection's pipeline after all handlers are in it. */
    public Builder pipeline(Consumer<ChannelPipeline> transform) {
      pipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /**
     * Connects, without blocking. The connect timeout also limits the TLS handshake, once there is a
     * connection.
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
      InetSocketAddress inet = remote instanceof InetSocketAddress a ? a : null;
      ProxyServer proxy = inet == null ? null : proxyTo(inet.getHostString(), inet.getPort());
      Call call =
          new Call(this, chosenTls(), chosenEndpointAlgorithm(), chosenConnectTimeout(), inet);
      call.dialing = new Dialer(dialerOptions(this::configure)).dial(remote, proxy, call);
      call.giveUpIfRealized();
      return call;
    }

    private void configure(Bootstrap b) {
      if (halfClosure) {
        b.option(ChannelOption.ALLOW_HALF_CLOSURE, true);
      }
    }
  }

  /** The stream to come. */
  private static final class Call extends Deferred<SplicedStream> implements Dialer.Caller {
    private final Builder b;
    private final SslContext context;
    private final String endpointAlgorithm;
    private final Duration handshakeTimeout;
    private final String host;
    private final int port;
    private volatile Dialing dialing;
    private volatile Channel channel;

    Call(
        Builder b,
        SslContext context,
        String endpointAlgorithm,
        Duration handshakeTimeout,
        InetSocketAddress inet) {
      super(b.executor);
      this.b = b;
      this.context = context;
      this.endpointAlgorithm = endpointAlgorithm;
      this.handshakeTimeout = handshakeTimeout;
      this.host = inet == null ? "localhost" : inet.getHostString();
      this.port = inet == null ? 0 : inet.getPort();
    }

    @Override
    public void connected(Channel c) {
      channel = c;
      ChannelPipeline p = c.pipeline();
      if (context != null) {
        SslHandler tls = Tls.connect(c, context, host, port, endpointAlgorithm);
        tls.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        p.addLast(Tls.HANDLER, tls);
      }
      p.addLast(
          "handler",
          new TcpHandler(
              context != null, b.rawStream, b.executor, this::got, cause -> this.failed(cause)));
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
