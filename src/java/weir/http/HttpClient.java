package weir.http;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.AddressResolverGroup;
import java.io.Closeable;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import weir.deferred.Deferred;
import weir.http.client.Call;
import weir.http.client.CallbackThreads;
import weir.http.client.ClientConfig;
import weir.http.client.ConnectionPool;
import weir.http.client.Decoding;
import weir.http.client.Http2Options;
import weir.net.ClientBuilder;
import weir.net.Transport;
import weir.net.tls.Alpn;
import weir.net.tls.Tls;

/**
 * An HTTP client with its pool of connections. Make one and share it; any thread may use it.
 *
 * <pre>{@code
 * HttpClient client = HttpClient.builder().build();
 * client.send(HttpRequest.get("http://localhost:8080/").as(BodyMode.STRING).build())
 *     .thenAccept(response -> System.out.println(response.body()));
 * }</pre>
 */
public final class HttpClient implements Closeable {

  /** Connections to one origin: 8. */
  public static final int DEFAULT_CONNECTIONS_PER_HOST = 8;

  /** Connections to all origins together: 1024. */
  public static final int DEFAULT_TOTAL_CONNECTIONS = 1024;

  /** Requests that may wait for a connection to one origin: 65536. */
  public static final int DEFAULT_MAX_QUEUE = 65536;

  /** How long a connection is kept that nobody uses: 60 s. */
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);

  /** How often statistics are told, if somebody asks: every 60 s. */
  public static final Duration DEFAULT_STATS_PERIOD = Duration.ofSeconds(60);

  /** How long the TCP connection itself may take: 30 s. */
  public static final Duration DEFAULT_CONNECT_TIMEOUT = ClientBuilder.DEFAULT_CONNECT_TIMEOUT;

  /** The size up to which a body is in memory when its response comes: 64 KiB. */
  public static final int DEFAULT_RESPONSE_BUFFER_BYTES = 64 * 1024;

  /** The largest body that is gathered in memory: 1 GiB. */
  public static final long DEFAULT_MAX_BODY_BYTES = 1L << 30;

  /** Longest status line: 64 KiB. */
  public static final int DEFAULT_MAX_INITIAL_LINE_BYTES = 64 * 1024;

  /** Largest header block: 64 KiB. */
  public static final int DEFAULT_MAX_HEADER_BYTES = 64 * 1024;

  /** Largest piece of a body that is handed on: 64 KiB. */
  public static final int DEFAULT_MAX_CHUNK_BYTES = 64 * 1024;

  private static final HttpClient SHARED = new HttpClient(null, null);

  private final ConnectionPool pool; // null in the shared one
  private final Builder source; // what it was made of; null in the shared one
  private HttpClient trusting; // null until it is asked for

  private HttpClient(ConnectionPool pool, Builder source) {
    this.pool = pool;
    this.source = source;
  }

  /** Returns a builder; nothing has to be set. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the client of all who need no other: one for the process, with every default. */
  public static HttpClient shared() {
    return SHARED;
  }

  /** Makes the shared client's pool when it is first used: having it costs a program nothing. */
  private static final class SharedPool {
    static final ConnectionPool INSTANCE = builder().makePool();
  }

  private ConnectionPool pool() {
    return pool == null ? SharedPool.INSTANCE : pool;
  }

  /**
   * Sends a request. Never throws and never blocks.
   *
   * @return the response; its callbacks run on the client's executor. Whoever realizes it first
   *     cancels the request: it leaves the queue, or its connection is closed
   */
  public Deferred<Response> send(HttpRequest request) {
    ConnectionPool p = pool();
    return Decoding.wanted(p, request) ? Decoding.start(p, request) : Call.start(p, request);
  }

  /**
   * Waits until there is a connection that such a request could be sent on now, or makes one, and
   * sends nothing. Its timeouts are those of the request.
   *
   * @return a deferred of null; whoever realizes it first gives the attempt up
   */
  public Deferred<?> connect(HttpRequest request) {
    return Call.connect(pool(), request);
  }

  /** Returns what the builder was given for the program, or null. */
  public Object attachment() {
    return source == null ? null : source.attachment;
  }

  /**
   * Returns a client like this, for its insecure requests: one with connections of its own, that trusts
   * every certificate for every name and shows none of its own. It is closed with this one.
   */
  public synchronized HttpClient trustingAnybody() {
    if (trusting == null) {
      Builder other = source == null ? builder() : source.copy();
      other.ownResolver = null; // this one closes it
      trusting = other.insecure().build();
      if (pool().isClosed()) {
        trusting.close();
      }
    }
    return trusting;
  }

  /** Returns how busy the client is. */
  public ClientStats stats() {
    return pool().stats();
  }

  /** Closes what is idle and fails what waits for a connection; running exchanges may end. */
  public void shutdown() {
    pool().close();
    HttpClient other;
    synchronized (this) {
      other = trusting;
    }
    if (other != null) {
      other.close();
    }
  }

  /** The same as {@link #shutdown}. */
  @Override
  public void close() {
    shutdown();
  }

  @Override
  public String toString() {
    return "HttpClient[connections:" + stats().connections() + "]";
  }

  /**
   * What a client needs to know. Each method returns the builder.
   *
   * <p>Without an {@link #sslContext}, https trusts whom the JDK trusts. A {@link #proxy} is for requests
   * that name no other: HTTPS goes through a tunnel; plain HTTP is sent to an HTTP proxy in absolute
   * form, unless that wants a login or is told to tunnel.
   */
  public static final class Builder extends ClientPoolBuilder<Builder> implements Cloneable {
    private Executor executor = CallbackThreads.INSTANCE;
    private HttpClient sharing;
    private BodyMode bodyMode = BodyMode.STREAM;
    private boolean decompress;
    private HeaderCase headerCase = HeaderCase.TITLE;
    private List<String> versions; // null for those that there are
    private boolean priorKnowledge;
    private Http2Options http2 = Http2Options.defaults();
    private SocketAddress address;
    private EventLoopGroup loops;
    private boolean once;
    private Consumer<Throwable> errorLogger;
    private AddressResolverGroup<?> ownResolver; // unless another one was set since
    private Consumer<ChannelPipeline> pipeline = p -> {};
    private LogLevel logLevel; // null for none

    private Function<SocketAddress, SocketChannel> sockets;

    private Object attachment;

    private Builder() {}

    @Override
    protected Builder self() {
      return this;
    }

    /** Keeps any object for the program that makes the client, such as what is around it. */
    public Builder attachment(Object any) {
      attachment = any;
      return this;
    }

    /** Sets where callbacks of responses run; the default is a pool of threads that may block. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Runs callbacks of responses on the event loop: for those that never block. */
    public Builder onEventLoop() {
      executor = null;
      return this;
    }

    /**
     * Counts this client's connections with those of another one, whose total limits both: so clients
     * with different options can share it.
     */
    public Builder sharing(HttpClient other) {
      sharing = Objects.requireNonNull(other, "other");
      return this;
    }

    /** Sets the form of bodies for requests that do not say it. Default: streams. */
    public Builder bodyMode(BodyMode mode) {
      bodyMode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * Asks for compressed bodies and hands out plain ones, unless the request says otherwise. What the
     * limit of a body counts is plain bytes then. Raw streams are not decoded. Default: off.
     */
    public Builder decompress(boolean on) {
      decompress = on;
      return this;
    }

    /** Sets how the names of request headers are spelled. */
    public Builder headerCase(HeaderCase spelling) {
      headerCase = Objects.requireNonNull(spelling, "spelling");
      return this;
    }

    /** Trusts every certificate for every name. Not for networks that anybody else can reach. */
    public Builder insecure() {
      return trustAnybody();
    }

    /**
     * Sets what is offered inside TLS, best first: {@code "h2"} and {@code "http/1.1"}. A server that
     * knows none of it is spoken to in HTTP/1.1. Default: HTTP/2, then HTTP/1.1; with an {@link
     * #sslContext}, what that one offers.
     */
    public Builder httpVersions(String... names) {
      List<String> chosen = Alpn.names(List.of(names));
      if (chosen.isEmpty()) {
        throw new IllegalArgumentException("httpVersions: none (expected: \"h2\", \"http/1.1\")");
      }
      versions = chosen;
      return this;
    }

    /**
     * Speaks HTTP/2 without TLS, to servers of which it is known that they do (RFC 9113 §3.3). Not
     * through a proxy that gets requests in absolute form. Default: off.
     */
    public Builder priorKnowledge(boolean on) {
      priorKnowledge = on;
      return this;
    }

    /** Sets what connections of HTTP/2 are like. */
    public Builder http2(Http2Options options) {
      http2 = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Connects there whomever a URL names, who is told so by the Host field and in TLS: a unix domain
     * socket, or one server of many.
     */
    public Builder address(SocketAddress peer) {
      address = Objects.requireNonNull(peer, "peer");
      return this;
    }

    /** Runs connections on these loops, which stay the caller's; the default are shared ones. */
    public Builder eventLoopGroup(EventLoopGroup group) {
      loops = Objects.requireNonNull(group, "group");
      return this;
    }

    /**
     * Makes a client of a single connection: it is not replaced when it is closed, and closes the
     * client then.
     */
    public Builder once() {
      once = true;
      return connectionsPerHost(1).totalConnections(1).idleTimeout(Duration.ZERO);
    }

    /**
     * Tells {@code logger} what breaks a connection, on its event loop; the default logs it at debug
     * level. Requests fail by it in any case.
     */
    public Builder errorLogger(Consumer<Throwable> logger) {
      errorLogger = Objects.requireNonNull(logger, "logger");
      return this;
    }

    /** As {@link #resolver}; the group is closed with the client, and so is for one client only. */
    public Builder ownResolver(AddressResolverGroup<?> group) {
      ownResolver = group;
      return resolver(group);
    }

    /**
     * Connects with sockets that {@code factory} makes, one for each attempt at an address; they are
     * reached by the nio transport then.
     */
    public Builder sockets(Function<SocketAddress, SocketChannel> factory) {
      sockets = Objects.requireNonNull(factory, "factory");
      return transport(Transport.NIO);
    }

    /** Logs what goes over each connection, by the logger {@code aleph-client}. */
    public Builder logActivity(LogLevel level) {
      logLevel = Objects.requireNonNull(level, "level");
      return this;
    }

    /**
     * Changes the pipeline of each HTTP/1 connection after all handlers are in it. Those of HTTP/2 are
     * changed by {@link Http2Options}.
     */
    public Builder pipeline(Consumer<ChannelPipeline> transform) {
      pipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    @Override
    public HttpClient build() {
      return new HttpClient(makePool(), copy());
    }

    private Builder copy() {
      try {
        return (Builder) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    private static final List<String> VERSIONS = List.of(Alpn.HTTP2, Alpn.HTTP1_1);

    private SslContext context() {
      if (trustsAnybody()) {
        return Tls.client().trustAnybody().alpn(Alpn.config(offered(null))).build();
      }
      SslContext given = chosenTls();
      return given == null || versions == null ? given : Alpn.check(given, versions);
    }

    private List<String> offered(SslContext context) {
      if (versions != null) {
        return versions;
      }
      return context == null || Alpn.offersHttp2(context) ? VERSIONS : List.of(Alpn.HTTP1_1);
    }

    private ConnectionPool makePool() {
      Transport transport = chosenTransport();
      if (loops != null && !(transport == null ? Transport.of(loops) : transport).isOf(loops)) {
        throw new IllegalArgumentException(
            "eventLoopGroup: " + loops + " (expected: one of " + transport + ")");
      }
      if (priorKnowledge && versions != null && !versions.contains(Alpn.HTTP2)) {
        throw new IllegalArgumentException(
            "force-h2c? may only be true when HTTP/2 is enabled: httpVersions is " + versions);
      }
      SslContext context = context();
      ClientConfig config =
          new ClientConfig(
              transport,
              executor,
              CallbackThreads.INSTANCE,
              connectionsPerHost,
              totalConnections,
              maxQueue,
              idleTimeout,
              chosenConnectTimeout(),
              keepAlive,
              bodyMode,
              responseBufferBytes,
              decompress,
              maxBodyBytes,
              maxInitialLineBytes,
              maxHeaderBytes,
              maxChunkBytes,
              headerCase,
              context,
              offered(context),
              versions != null,
              priorKnowledge,
              http2,
              chosenEndpointAlgorithm(),
              chosenLocalAddress(),
              address,
              loops,
              once,
              errorLogger,
              chosenResolver(),
              chosenResolver() == ownResolver,
              new ProxyRule(chosenProxy(), chosenNoProxy()),
              onStats,
              statsPeriod,
              chosenBootstrap(),
              pipeline,
              logLevel,
              sockets);
      return sharing == null
          ? new ConnectionPool(config)
          : new ConnectionPool(config, sharing.pool());
    }
  }
}
