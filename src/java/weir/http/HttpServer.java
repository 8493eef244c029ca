package weir.http;

import static weir.options.Arguments.positive;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.logging.LoggingHandler;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.http.server.Application;
import weir.http.server.JavaApplication;
import weir.http.server.Observing;
import weir.http.server.ProxyTrust;
import weir.http.server.RunningServer;
import weir.http.server.ServerConfig;
import weir.http.server.ServerConfig.HandlerThreads;
import weir.http.server.Timeouts;
import weir.net.AddressRanges;
import weir.net.ServerBuilder;

/**
 * An HTTP server.
 *
 * <pre>{@code
 * HttpServer server = HttpServer.builder().port(8080).handler(request -> Reply.text("hello")).start();
 * }</pre>
 */
public final class HttpServer implements Closeable {

  /** Grace period of {@link #close()}: 15 s. */
  public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = ServerBuilder.DEFAULT_SHUTDOWN_TIMEOUT;

  /** Until a request begins to arrive: 75 s. */
  public static final Duration DEFAULT_KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(75);

  /** From the first bytes of a header to its end: 10 s; then 408. */
  public static final Duration DEFAULT_HEADER_TIMEOUT = Duration.ofSeconds(10);

  /** Between two pieces of a request body: 30 s; then 408. */
  public static final Duration DEFAULT_BODY_TIMEOUT = Duration.ofSeconds(30);

  /** Without the client reading anything of what was written: 60 s. */
  public static final Duration DEFAULT_WRITE_TIMEOUT = Duration.ofSeconds(60);

  /** Room for the unread part of a request body: 16 KiB. */
  public static final int DEFAULT_REQUEST_BUFFER_BYTES = 16 * 1024;

  /** Longest request line: 8 KiB; a longer one is answered 414. */
  public static final int DEFAULT_MAX_INITIAL_LINE_BYTES = 8 * 1024;

  /** Largest header block: 8 KiB; a larger one is answered 431. */
  public static final int DEFAULT_MAX_HEADER_BYTES = 8 * 1024;

  /** Largest piece of a body that is handed on: 16 KiB. */
  public static final int DEFAULT_MAX_CHUNK_BYTES = 16 * 1024;

  /** Requests of one connection that may wait for their response until reading pauses: 16. */
  public static final int DEFAULT_MAX_PIPELINED = 16;

  /** Requests that may be with handlers at once: 10,000; more are answered 503. */
  public static final int DEFAULT_MAX_REQUESTS_IN_FLIGHT = 10_000;

  /** First size of the decoder's scratch buffer: 128 bytes. */
  public static final int DEFAULT_INITIAL_BUFFER_BYTES = 128;

  /** Handlers that may block at once on a JVM without virtual threads: 512. */
  public static final int DEFAULT_WORKER_POOL_SIZE = 512;

  /** What a body may write until it is decided how it is framed: 32 KiB. */
  public static final int DEFAULT_OUTPUT_BUFFER_BYTES = 32 * 1024;

  /** The Server header. */
  public static final String DEFAULT_SERVER_HEADER = "Weir";

  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  private final RunningServer running;
  private final Duration shutdownTimeout;

  private HttpServer(RunningServer running, Duration shutdownTimeout) {
    this.running = running;
    this.shutdownTimeout = shutdownTimeout;
  }

  /** Returns a builder; at least a handler and an address are needed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the bound port, or -1 for a socket that has none. */
  public int port() {
    return running.port();
  }

  /** Returns the bound address. */
  public SocketAddress address() {
    return running.address();
  }

  /** Returns the listening channel. */
  public Channel channel() {
    return running.channel();
  }

  /** Returns the name of the transport, such as {@code epoll}. */
  public String transportName() {
    return running.transport();
  }

  /**
   * Returns a deferred that is realized when the server has been closed and its event loops have
   * ended; true if every exchange has ended by itself.
   */
  public Deferred<Boolean> stopped() {
    return running.stopped();
  }

  /**
   * Returns what the server has done so far.
   *
   * @throws IllegalStateException if it was not told to count, by {@link Builder#statistics}
   */
  public ServerStats stats() {
    ServerStats stats = running.stats();
    if (stats == null) {
      throw new IllegalStateException(
          "this server keeps no statistics (start it with statistics on)");
    }
    return stats;
  }

  /** Returns how many connections are open. */
  public int connections() {
    return running.connections();
  }

  /**
   * Stops accepting connections and returns at once. What is running may finish within the shutdown
   * timeout; its responses tell the client that the connection closes. Idempotent.
   */
  @Override
  public void close() {
    shutdown(shutdownTimeout);
  }

  /**
   * Stops accepting connections and waits, without blocking, for running exchanges to end.
   *
   * @param grace how long to wait; zero cuts everything at once
   * @return true if every exchange has ended by itself; completes when the event loops have ended
   */
  public Deferred<Boolean> shutdown(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace: " + grace + " (expected: zero or more)");
    }
    return running.shutdown(grace.toMillis());
  }

  @Override
  public String toString() {
    return "HttpServer[address:" + address() + ", transport:" + transportName() + "]";
  }

  /** What a server needs to know. Each method returns the builder. */
  public static final class Builder extends ServerMessages<Builder> {
    private Application application;
    private HandlerThreads handlerThreads = HandlerThreads.WORKERS;
    private Executor executor;
    private int workerPoolSize = DEFAULT_WORKER_POOL_SIZE;
    private boolean interruptHandlers;
    private ContinueHandler continueHandler;
    private HandlerThreads continueThreads = HandlerThreads.WORKERS;
    private Executor continueExecutor;
    private SslContext sslContext;
    private boolean manualTls;
    private ProxyTrust proxies = ProxyTrust.NOBODY;
    private boolean statistics;
    private ServerListener listener;
    private boolean accessLog;
    private LoggingHandler traffic;
    private final Http2Setup http2 = new Http2Setup();
    private Consumer<ChannelPipeline> initialPipeline = p -> {};

    private Builder() {
      super("weir-server");
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Sets what answers requests. */
    public Builder handler(Handler handler) {
      Objects.requireNonNull(handler, "handler");
      return application(new JavaApplication(handler::handle));
    }

    /** Sets what answers requests asynchronously. */
    public Builder asyncHandler(AsyncHandler handler) {
      Objects.requireNonNull(handler, "handler");
      return application(new JavaApplication(handler::handle));
    }

    /** Sets what answers requests, errors and rejections: what facades for other APIs use. */
    public Builder application(Application newApplication) {
      application = Objects.requireNonNull(newApplication, "application");
      return this;
    }

    /** Calls the handler on {@code newExecutor}, one task for each request. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      handlerThreads = HandlerThreads.EXECUTOR;
      return this;
    }

    /** Calls the handler on the event loop: for handlers that never block. */
    public Builder onEventLoop() {
      executor = null;
      handlerThreads = HandlerThreads.EVENT_LOOP;
      return this;
    }

    /** Sets how many handlers may block at once on a JVM without virtual threads. */
    public Builder workerPoolSize(int n) {
      workerPoolSize = positive("workerPoolSize", n);
      return this;
    }

    /**
     * Interrupts the thread of a handler, virtual or not, when its client has gone before the handler
     * has returned; what it throws then is not logged as an error. Not on the event loop. Default: off.
     */
    public Builder interruptHandlers(boolean on) {
      interruptHandlers = on;
      return this;
    }

    /**
     * Asks {@code handler} about requests with {@code Expect: 100-continue} and a body; by default each
     * is told to continue at once. It is called where other handlers are.
     */
    public Builder continueHandler(ContinueHandler handler) {
      continueHandler = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** Calls the continue handler on {@code newExecutor}. */
    public Builder continueExecutor(Executor newExecutor) {
      continueExecutor = Objects.requireNonNull(newExecutor, "executor");
      continueThreads = HandlerThreads.EXECUTOR;
      return this;
    }

    /** Calls the continue handler on the event loop: it must not block. */
    public Builder continueOnEventLoop() {
      continueExecutor = null;
      continueThreads = HandlerThreads.EVENT_LOOP;
      return this;
    }

    /** Serves over TLS. */
    public Builder sslContext(SslContext context) {
      sslContext = Objects.requireNonNull(context, "context");
      return this;
    }

    /** Says that the initial pipeline ends TLS, so that requests have the scheme https. */
    public Builder manualTls(boolean on) {
      manualTls = on;
      return this;
    }

    /**
     * Expects the PROXY protocol, version 1 or 2, at the beginning of each connection from these
     * addresses, and takes the client's address from it. Such a connection without it is closed.
     *
     * @param ranges CIDR ranges or single addresses, and {@code "unix"} for unix domain sockets
     * @throws IllegalArgumentException if one cannot be read
     */
    public Builder proxyProtocolFrom(Collection<String> ranges) {
      proxies = proxies.withProtocolFrom(AddressRanges.of(ranges));
      return this;
    }

    /** Sets what becomes of a connection that should begin with the PROXY protocol. Default: cut. */
    public Builder withoutProxyProtocol(ProxyTrust.Headerless fate) {
      proxies = proxies.withHeaderless(Objects.requireNonNull(fate, "fate"));
      return this;
    }

    /**
     * Takes address, scheme and host of the client from forwarding headers, if they come from these
     * addresses: from X-Forwarded-For, -Proto and -Host, unless {@link #standardForwarded}.
     *
     * @param ranges CIDR ranges or single addresses, and {@code "unix"} for unix domain sockets
     * @throws IllegalArgumentException if one cannot be read
     */
    public Builder forwardedFrom(Collection<String> ranges) {
      proxies = proxies.withForwardedFrom(AddressRanges.of(ranges));
      return this;
    }

    /** Reads the header Forwarded of RFC 7239 instead of X-Forwarded-*. Default: off. */
    public Builder standardForwarded(boolean on) {
      proxies = proxies.withStandardHeader(on);
      return this;
    }

    /** Counts what the server does, for {@link HttpServer#stats}. Default: off. */
    public Builder statistics(boolean on) {
      statistics = on;
      return this;
    }

    /** Sets who hears of each connection and request; null, the default, for nobody. */
    public Builder listener(ServerListener newListener) {
      listener = newListener;
      return this;
    }

    /**
     * Logs each request on the logger {@code weir.http.access}, at info, in the Common Log Format with
     * the milliseconds that it took. It is logged on the event loop: the appender must not block.
     * Default: off.
     */
    public Builder accessLog(boolean on) {
      accessLog = on;
      return this;
    }

    /** Logs what goes over each connection, decrypted; null, the default, for nothing. */
    public Builder trafficLog(LoggingHandler handler) {
      traffic = handler;
      return this;
    }

    /** Says which versions of HTTP are spoken; the default is HTTP/1.1 alone. */
    public Builder http2(Consumer<Http2Setup> setup) {
      setup.accept(http2);
      return this;
    }

    /** Changes each connection's pipeline before any handler is in it. */
    public Builder initialPipeline(Consumer<ChannelPipeline> transform) {
      initialPipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    @Override
    public HttpServer start() {
      if (application == null) {
        throw new IllegalArgumentException("handler: missing (expected: something to serve)");
      }
      HttpServer server = new HttpServer(RunningServer.start(build(), application), gracePeriod());
      LOG.debug("started {}", server);
      return server;
    }

    private ServerConfig build() {
      return new ServerConfig(
          listenerOptions(),
          handlerThreads,
          executor,
          workerPoolSize,
          interruptHandlers,
          continueHandler,
          continueThreads,
          continueExecutor,
          sslContext,
          manualTls,
          bodyType,
          requestBufferBytes,
          maxRequestBodyBytes,
          maxStreamedBodyBytes,
          maxInitialLineBytes,
          maxHeaderBytes,
          maxChunkBytes,
          maxPipelined,
          maxRequestsInFlight,
          initialBufferBytes,
          severalLengths,
          validateHeaders,
          idleTimeout,
          new Timeouts(keepAliveTimeout, headerTimeout, bodyTimeout, writeTimeout, minBodyRate),
          gracePeriod(),
          serverHeader,
          headerCase,
          plainTextIsUtf8,
          serverNamePolicy,
          proxies,
          alwaysBody,
          bodyRule,
          outputBufferBytes,
          compression,
          endFailedBodies,
          new Observing(statistics, listener, accessLog, traffic),
          http2.build(sslContext, manualTls),
          initialPipeline,
          pipelineChange());
    }
  }
}
