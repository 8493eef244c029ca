package weir.net;

import static weir.options.Arguments.notNegative;
import static weir.options.Arguments.positive;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What the builders of all servers have: where to listen, on which event loops, how to stop, and
 * changes to what Netty has. Each method returns the builder.
 *
 * @param <B> the builder itself
 */
public abstract class ServerBuilder<B extends ServerBuilder<B>> {

  /** Grace period of a server that was closed: 15 s. */
  public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = Duration.ofSeconds(15);

  private ListenOn place;
  private Transport transport;
  private int eventLoopThreads;
  private String threadPrefix;
  private boolean daemon;
  private int maxConnections;
  private Duration shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT;
  private Consumer<ServerBootstrap> bootstrap = b -> {};
  private Consumer<ChannelPipeline> pipeline = p -> {};

  /**
   * @param threadPrefix how the names of event loop threads begin unless told otherwise
   */
  protected ServerBuilder(String threadPrefix) {
    this.threadPrefix = threadPrefix;
  }

  /** Returns this builder. */
  protected abstract B self();

  /** Listens on all addresses; 0 takes a free port. */
  public B port(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0-65535)");
    }
    return address(new InetSocketAddress(port));
  }

  /** Listens on that address. */
  public B address(SocketAddress newAddress) {
    place = ListenOn.tcp(newAddress);
    return self();
  }

  /** Listens on a unix domain socket; the file is made here and removed when the server stops. */
  public B unixSocket(Path path) {
    place = ListenOn.unix(path);
    return self();
  }

  /**
   * Listens on a socket that is open already and stays open when the server stops, so that a
   * successor can go on with it.
   *
   * @param socket a bound ServerSocketChannel with the nio transport, which it then also chooses; or
   *     an Integer file descriptor with epoll or kqueue
   */
  public B listenSocket(Object socket) {
    place = ListenOn.adopted(socket);
    return self();
  }

  /** Sets the transport; the default is the best of this machine. */
  public B transport(Transport newTransport) {
    transport = newTransport.ensureAvailable();
    return self();
  }

  /** Sets the number of event loops; the default is {@link EventLoops#defaultThreads}. */
  public B eventLoopThreads(int n) {
    eventLoopThreads = positive("eventLoopThreads", n);
    return self();
  }

  /** Sets how the names of event loop threads begin. */
  public B threadPrefix(String prefix) {
    threadPrefix = Objects.requireNonNull(prefix, "prefix");
    return self();
  }

  /** Lets the JVM end while the server runs. Default: off. */
  public B daemon(boolean on) {
    daemon = on;
    return self();
  }

  /**
   * Sets how many connections may be open at once; 0, the default, is no limit. Others wait in the
   * kernel until one of these is closed.
   */
  public B maxConnections(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("maxConnections: " + n + " (expected: 0 or more)");
    }
    maxConnections = n;
    return self();
  }

  /** Sets how long open connections may go on after the server was closed. */
  public B shutdownTimeout(Duration timeout) {
    shutdownTimeout = notNegative("shutdownTimeout", timeout);
    return self();
  }

  /** Changes Netty's bootstrap after all defaults are set. */
  public B bootstrap(Consumer<ServerBootstrap> transform) {
    bootstrap = Objects.requireNonNull(transform, "transform");
    return self();
  }

  /** Changes each connection's pipeline after all handlers are in it. */
  public B pipeline(Consumer<ChannelPipeline> transform) {
    pipeline = Objects.requireNonNull(transform, "transform");
    return self();
  }

  // ---- for the servers

  /**
   * Returns what a listener has to know.
   *
   * @throws IllegalArgumentException if nobody has said where to listen
   */
  protected final TcpListener.Options listenerOptions() {
    if (place == null) {
      throw new IllegalArgumentException("port: missing (expected: 0-65535, or an address)");
    }
    return new TcpListener.Options(
        chosenTransport(),
        place,
        eventLoopThreads == 0 ? EventLoops.defaultThreads() : eventLoopThreads,
        threadPrefix,
        daemon,
        maxConnections,
        bootstrap);
  }

  private Transport chosenTransport() {
    if (transport != null) {
      return transport;
    }
    boolean nioSocket =
        place instanceof ListenOn.Adopted adopted
            && adopted.socket() instanceof ServerSocketChannel;
    return nioSocket ? Transport.NIO : Transport.best();
  }

  /** Returns the change to connections' pipelines. */
  protected final Consumer<ChannelPipeline> pipelineChange() {
    return pipeline;
  }

  /** Returns how long open connections may go on. */
  protected final Duration gracePeriod() {
    return shutdownTimeout;
  }
}
