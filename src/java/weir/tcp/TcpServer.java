package weir.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.net.ByteBufConversions;
import weir.net.ServerBuilder;
import weir.net.TcpListener;
import weir.net.tls.Tls;
import weir.stream.SplicedStream;
import weir.stream.Streams;

/**
 * A TCP server, which gives each connection to a handler as a duplex stream.
 *
 * <pre>{@code
 * TcpServer echo =
 *     TcpServer.builder().port(7).handler((stream, info) -> Streams.connect(stream, stream)).start();
 * }</pre>
 *
 * <p>The source emits {@code byte[]}, one at a time: the socket is read when the last one was taken.
 * The sink takes strings, arrays, buffers and whatever byte-streams converts.
 */
public final class TcpServer implements Closeable {

  /** Grace period of {@link #close()}: 15 s. */
  public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = ServerBuilder.DEFAULT_SHUTDOWN_TIMEOUT;

  private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);

  private final TcpListener listener;
  private final Duration shutdownTimeout;

  private TcpServer(TcpListener listener, Duration shutdownTimeout) {
    this.listener = listener;
    this.shutdownTimeout = shutdownTimeout;
  }

  /** Returns a builder; at least a handler and an address are needed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the bound port, or -1 for a socket that has none. */
  public int port() {
    return listener.port();
  }

  /** Returns the bound address. */
  public SocketAddress address() {
    return listener.address();
  }

  /** Returns the listening channel. */
  public Channel channel() {
    return listener.channel();
  }

  /** Returns the name of the transport, such as {@code epoll}. */
  public String transportName() {
    return listener.transport().toString();
  }

  /** Returns how many connections are open. */
  public int connections() {
    return listener.connections().size();
  }

  /** Returns what is realized when the server was closed and its event loops have ended. */
  public Deferred<Boolean> stopped() {
    return listener.stopped();
  }

  /** Stops accepting, and cuts what is still open when the shutdown timeout is over. Idempotent. */
  @Override
  public void close() {
    listener.shutdown(shutdownTimeout.toMillis(), connection -> {});
  }

  @Override
  public String toString() {
    return "AlephServer[channel:" + channel() + ", transport:" + transportName() + "]";
  }

  /** What a server needs to know. Each method returns the builder. */
  public static final class Builder extends ServerBuilder<Builder> {
    private BiConsumer<SplicedStream, ConnectionInfo> handler;
    private Executor executor;
    private SslContext sslContext;
    private boolean rawStream;
    private boolean halfClosure;

    private Builder() {
      super("weir-tcp-server");
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Sets who gets the connections; on the event loop, or the executor if there is one. */
    public Builder handler(BiConsumer<SplicedStream, ConnectionInfo> newHandler) {
      handler = Objects.requireNonNull(newHandler, "handler");
      return this;
    }

    /** Sets where the handler and takers of the streams are called. Default: the event loop. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Serves over TLS; {@link Tls#server} makes a context. */
    public Builder sslContext(SslContext context) {
      sslContext = Objects.requireNonNull(context, "context");
      return this;
    }

    /** Emits ByteBufs, which the taker releases, instead of arrays. */
    public Builder rawStream(boolean on) {
      rawStream = on;
      return this;
    }

    /** Lets the other direction live on when a peer has closed its own. Default: off. */
    public Builder allowHalfClosure(boolean on) {
      halfClosure = on;
      return this;
    }

    /**
     * Binds and serves; returns once the socket is bound.
     *
     * @throws IllegalArgumentException if there is no handler or no address
     * @throws java.net.BindException if the address is in use or not ours
     */
    public TcpServer start() {
      if (handler == null) {
        throw new IllegalArgumentException("handler: missing (expected: something to serve)");
      }
      ByteBufConversions.install();
      TcpListener.Options options = listenerOptions();
      return new TcpServer(
          TcpListener.bind(options.before(this::configure), new Initializer()), gracePeriod());
    }

    private void configure(ServerBootstrap b) {
      if (halfClosure) {
        b.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      }
    }

    private final class Initializer extends ChannelInitializer<Channel> {
      private final SslContext tls = sslContext;
      private final boolean raw = rawStream;
      private final Executor where = executor;
      private final Consumer<ChannelPipeline> transform = pipelineChange();
      private final BiConsumer<SplicedStream, ConnectionInfo> application = handler;

      @Override
      protected void initChannel(Channel channel) {
        ChannelPipeline p = channel.pipeline();
        if (tls != null) {
          Tls.accept(p, tls);
        }
        p.addLast(
            "handler",
            new TcpHandler(tls != null, raw, where, s -> serve(channel, s), never -> {}));
        transform.accept(p);
      }

      private void serve(Channel channel, SplicedStream stream) {
        ConnectionInfo info = ConnectionInfo.of(channel);
        if (where == null) {
          call(stream, info);
          return;
        }
        try {
          where.execute(() -> call(stream, info));
        } catch (RuntimeException rejected) {
          LOG.warn("no thread for the connection from {}: {}", info.remoteAddress(), rejected);
          channel.close();
        }
      }

      private void call(SplicedStream stream, ConnectionInfo info) {
        try {
          application.accept(stream, info);
        } catch (Throwable t) {
          LOG.error("the handler failed for the connection from {}", info.remoteAddress(), t);
          info.channel().close();
        }
      }
    }
  }

  /** Returns a handler that sends everything back. */
  public static BiConsumer<SplicedStream, ConnectionInfo> echo() {
    return (stream, info) -> Streams.connect(stream, stream);
  }
}
