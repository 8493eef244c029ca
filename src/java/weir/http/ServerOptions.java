package weir.http;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.isInteger;
import static weir.options.Options.millis;
import static weir.options.Options.nonNegative;
import static weir.options.Options.nonNegativeInt;
import static weir.options.Options.positiveInt;
import static weir.options.Options.truthy;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.logging.LoggingHandler;
import io.netty.handler.ssl.SslContext;
import java.io.File;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import weir.executor.VirtualThreads;
import weir.http.HttpServer.Builder;
import weir.http.coding.Compression;
import weir.net.Transport;
import weir.net.tls.Alpn;
import weir.options.Options;

/**
 * The options of a server by the names that Clojure programs give them: the one table behind every
 * facade's option map. {@code docs/options.md} tells what each does.
 */
public final class ServerOptions {

  /** Names of this table, without colons; {@code set} has a branch for each. */
  public static final List<String> NAMES;

  private static final List<String> OWN =
      List.of(
          "port",
          "socket-address",
          "listen-socket",
          "unix-socket",
          "transport",
          "epoll?",
          "event-loop-threads",
          "daemon?",
          "executor",
          "interrupt-handlers?",
          "continue-handler",
          "continue-executor",
          "server-name",
          "proxy-protocol-from",
          "forwarded-from",
          "forwarded-header",
          "server-header",
          "header-case",
          "max-initial-line-length",
          "max-header-size",
          "max-chunk-size",
          "max-pipelined-requests",
          "max-connections",
          "max-requests-in-flight",
          "request-buffer-size",
          "max-request-body-size",
          "max-streamed-body-size",
          "always-body?",
          "raw-stream?",
          "body-type",
          "output-buffer-size",
          "end-failed-bodies?",
          "compression?",
          "compression-level",
          "compression-options",
          "initial-buffer-size",
          "allow-duplicate-content-lengths",
          "validate-headers",
          "idle-timeout",
          "keep-alive-timeout",
          "header-timeout",
          "body-timeout",
          "min-body-rate",
          "write-timeout",
          "shutdown-timeout",
          "statistics?",
          "on-event",
          "access-log?",
          "logger",
          "ssl-context",
          "manual-ssl?",
          "bootstrap-transform",
          "initial-pipeline-transform",
          "http1-pipeline-transform",
          "pipeline-transform");

  static {
    List<String> all = new ArrayList<>(OWN);
    all.addAll(Http2ServerOptions.NAMES);
    NAMES = List.copyOf(all);
  }

  private static final Keyword VIRTUAL = Keyword.intern("virtual");
  private static final Keyword NONE = Keyword.intern("none");

  private final Builder builder;
  private final String place;
  private final Map<?, ?> options;
  private final Collection<String> others;

  private ServerOptions(
      Builder builder, String place, Map<?, ?> options, Collection<String> others) {
    this.builder = builder;
    this.place = place;
    this.options = options;
    this.others = others;
  }

  /**
   * Sets on a builder what an option map says, and reports keys that nobody knows.
   *
   * @param place what the options were given to, for the report
   * @param options Keywords to values; null and absent are the same, but for {@code :server-header}
   * @param others names of options which the caller reads itself, without colons
   * @throws IllegalArgumentException if a value is not what its option takes
   */
  public static void set(
      Builder builder, String place, Map<?, ?> options, Collection<String> others) {
    Map<?, ?> given = options == null ? Map.of() : options;
    ServerOptions table = new ServerOptions(builder, place, given, others);
    builder.http2(setup -> Http2ServerOptions.set(setup, given));
    given.forEach(table::read);
    table.setAddress();
    table.setCompression();
  }

  private void read(Object key, Object value) {
    if (!(key instanceof Keyword k && k.getNamespace() == null)) {
      reportUnknown(key);
    } else if (value != null) {
      set(k, value);
    } else if (k.getName().equals("server-header")) {
      builder.serverHeader(null);
    } else if (!isKnown(k.getName())) {
      reportUnknown(k);
    }
  }

  private void set(Keyword k, Object v) {
    switch (k.getName()) {
      case "transport" -> builder.transport(Transport.named(name(k, v)));
      case "epoll?" -> epoll(v);
      case "event-loop-threads" -> builder.eventLoopThreads(positiveInt(k, v));
      case "daemon?" -> builder.daemon(truthy(v));
      case "executor" -> executor(k, v);
      case "interrupt-handlers?" -> builder.interruptHandlers(truthy(v));
      case "initial-buffer-size" -> builder.initialBufferBytes(positiveInt(k, v));
      case "allow-duplicate-content-lengths" -> builder.allowDuplicateContentLengths(truthy(v));
      case "continue-handler" -> builder.continueHandler(continueHandler(k, v));
      case "continue-executor" -> continueExecutor(k, v);
      case "server-name" -> builder.serverName(serverName(k, v));
      case "proxy-protocol-from" -> builder.proxyProtocolFrom(ranges(k, v));
      case "forwarded-from" -> builder.forwardedFrom(ranges(k, v));
      case "forwarded-header" -> builder.standardForwarded(forwardedHeader(k, v));
      case "server-header" -> builder.serverHeader(instance(String.class, k, v, "a string or nil"));
      case "header-case" -> builder.headerCase(HeaderCase.named(k, v));
      case "max-initial-line-length" -> builder.maxInitialLineBytes(positiveInt(k, v));
      case "max-header-size" -> builder.maxHeaderBytes(positiveInt(k, v));
      case "max-chunk-size" -> builder.maxChunkBytes(positiveInt(k, v));
      case "max-pipelined-requests" -> builder.maxPipelined(positiveInt(k, v));
      case "max-connections" -> builder.maxConnections(nonNegativeInt(k, v));
      case "max-requests-in-flight" -> builder.maxRequestsInFlight(nonNegativeInt(k, v));
      case "request-buffer-size" -> builder.requestBufferBytes(positiveInt(k, v));
      case "max-request-body-size" -> builder.maxRequestBodyBytes(nonNegative(k, v));
      case "always-body?" -> builder.alwaysBody(truthy(v));
      case "max-streamed-body-size" -> builder.maxStreamedBodyBytes(nonNegative(k, v));
      case "raw-stream?" -> rawStream(v);
      case "body-type" -> builder.requestBodyType(bodyType(k, v));
      case "output-buffer-size" -> builder.outputBufferBytes(positiveInt(k, v));
      case "end-failed-bodies?" -> builder.endFailedBodies(truthy(v));
      case "validate-headers" -> builder.validateHeaders(truthy(v));
      case "idle-timeout" -> builder.idleTimeout(millis(k, v));
      case "keep-alive-timeout" -> builder.keepAliveTimeout(millis(k, v));
      case "header-timeout" -> builder.headerTimeout(millis(k, v));
      case "body-timeout" -> builder.bodyTimeout(millis(k, v));
      case "min-body-rate" -> builder.minBodyRate(nonNegative(k, v));
      case "write-timeout" -> builder.writeTimeout(millis(k, v));
      case "shutdown-timeout" -> builder.shutdownTimeout(Duration.ofSeconds(nonNegative(k, v)));
      case "statistics?" -> builder.statistics(truthy(v));
      case "on-event" -> builder.listener(EventMaps.to(instance(IFn.class, k, v, "a function")));
      case "access-log?" -> builder.accessLog(truthy(v));
      case "logger" -> builder.trafficLog(logger(k, v));
      case "ssl-context" -> builder.sslContext(sslContext(v));
      case "manual-ssl?" -> manualTls(k, v);
      case "bootstrap-transform" -> builder.bootstrap(Options.consumer(k, v));
      case "initial-pipeline-transform" -> builder.initialPipeline(Options.consumer(k, v));
      case "http1-pipeline-transform" -> builder.pipeline(Options.consumer(k, v));
      case "pipeline-transform" -> olderPipeline(k, v);
      default -> setNothing(k);
    }
  }

  /** For names that are read together, by the caller, or by nobody. */
  private void setNothing(Keyword k) {
    if (!isKnown(k.getName())) {
      reportUnknown(k);
    }
  }

  private boolean isKnown(String name) {
    return NAMES.contains(name) || others.contains(name);
  }

  private void reportUnknown(Object key) {
    List<String> known = new ArrayList<>(NAMES);
    known.addAll(others);
    Options.reportUnknown(place, key, known);
  }

  private Object get(String name) {
    return options.get(Keyword.intern(name));
  }

  private void setAddress() {
    Object socket = get("listen-socket");
    Object file = get("unix-socket");
    Object address = get("socket-address");
    if (socket != null) {
      builder.listenSocket(isInteger(socket) ? ((Number) socket).intValue() : socket);
    } else if (file != null) {
      builder.unixSocket(path(file));
    } else if (address != null) {
      builder.address(
          instance(SocketAddress.class, ":socket-address", address, "a java.net.SocketAddress"));
    } else {
      builder.port(port(get("port")));
    }
  }

  /** Level and options imply that bodies are compressed, as in Aleph. */
  private void setCompression() {
    Object level = get("compression-level");
    Object codings = get("compression-options");
    if (level != null && codings != null) {
      throw illegal(":compression-level", level, "none beside :compression-options");
    }
    if (level != null) {
      builder.compression(Compression.withLevel(level(level)));
    } else if (codings != null) {
      builder.compression(Compression.of(codings(codings)));
    } else if (truthy(get("compression?"))) {
      builder.compression(Compression.standard());
    }
  }

  private static int level(Object v) {
    if (isInteger(v)) {
      long n = ((Number) v).longValue();
      if (n >= 1 && n <= 9) {
        return (int) n;
      }
    }
    throw illegal(":compression-level", v, "an integer 1-9");
  }

  private static List<CompressionOptions> codings(Object v) {
    Collection<?> all = v instanceof Object[] array ? Arrays.asList(array) : null;
    String expected = "an array or a collection of Netty's CompressionOptions, not empty";
    all = all != null ? all : instance(Collection.class, ":compression-options", v, expected);
    List<CompressionOptions> codings = new ArrayList<>();
    for (Object each : all) {
      codings.add(instance(CompressionOptions.class, ":compression-options", each, expected));
    }
    if (codings.isEmpty()) {
      throw illegal(":compression-options", v, expected);
    }
    return codings;
  }

  private void epoll(Object v) {
    if (truthy(v) && get("transport") == null) {
      builder.transport(Transport.EPOLL);
    }
  }

  private void executor(Keyword k, Object v) {
    if (v == NONE) {
      builder.onEventLoop();
    } else if (v == VIRTUAL) {
      if (!VirtualThreads.available()) {
        throw illegal(k, v, "an Executor or :none; this JVM has no virtual threads, JDK 21 has");
      }
      // they are the default where there are any
    } else {
      builder.executor(
          instance(Executor.class, k, v, "a java.util.concurrent.Executor, :virtual or :none"));
    }
  }

  private static List<String> ranges(Keyword k, Object v) {
    String expected = "a collection of address ranges such as \"10.0.0.0/8\"";
    List<String> ranges = new ArrayList<>();
    for (Object range : instance(Collection.class, k, v, expected)) {
      ranges.add(instance(String.class, k, range, expected));
    }
    return ranges;
  }

  private static boolean forwardedHeader(Keyword k, Object v) {
    String name = v instanceof Keyword named ? named.getName() : "";
    return switch (name) {
      case "x-forwarded" -> false;
      case "forwarded" -> true;
      default -> throw illegal(k, v, ":x-forwarded or :forwarded");
    };
  }

  private void continueExecutor(Keyword k, Object v) {
    if (v == NONE) {
      builder.continueOnEventLoop();
    } else {
      builder.continueExecutor(
          instance(Executor.class, k, v, "a java.util.concurrent.Executor, or :none"));
    }
  }

  private static LoggingHandler logger(Keyword k, Object v) {
    return instance(LoggingHandler.class, k, v, "a Netty LoggingHandler");
  }

  private static ContinueHandler continueHandler(Keyword k, Object v) {
    IFn f = instance(IFn.class, k, v, "a function of the request");
    return f::invoke;
  }

  private void manualTls(Keyword k, Object v) {
    if (truthy(v) && get("ssl-context") != null) {
      throw illegal(k, v, "false when :ssl-context is given");
    }
    builder.manualTls(truthy(v));
  }

  private void olderPipeline(Keyword k, Object v) {
    if (Alpn.names(Http2ServerOptions.versions(options)).contains("h2")) {
      throw illegal(
          k, v, "none with :http2: :http1-pipeline-transform and :http2-conn-pipeline-transform");
    }
    if (get("http1-pipeline-transform") == null) {
      builder.pipeline(Options.consumer(k, v));
    }
  }

  private static String name(Keyword k, Object v) {
    return v instanceof Keyword named
        ? named.getName()
        : instance(String.class, k, v, ":nio, :epoll, :kqueue or :io-uring");
  }

  private void rawStream(Object v) {
    if (get("body-type") == null) {
      builder.rawStream(truthy(v));
    }
  }

  private static RequestBodyType bodyType(Keyword k, Object v) {
    String name = v instanceof Keyword named ? named.getName() : "";
    return switch (name) {
      case "input-stream" -> RequestBodyType.INPUT_STREAM;
      case "byte-stream" -> RequestBodyType.BYTE_STREAM;
      case "raw-stream" -> RequestBodyType.RAW_STREAM;
      default -> throw illegal(k, v, ":input-stream, :byte-stream or :raw-stream");
    };
  }

  private static ServerNamePolicy serverName(Keyword k, Object v) {
    String name = v instanceof Keyword named ? named.getName() : "";
    return switch (name) {
      case "local" -> ServerNamePolicy.LOCAL_ADDRESS;
      case "host-header" -> ServerNamePolicy.HOST_HEADER;
      default -> throw illegal(k, v, ":local or :host-header");
    };
  }

  private SslContext sslContext(Object v) {
    return Alpn.httpServer(v, Http2ServerOptions.versions(options));
  }

  private static int port(Object port) {
    if (isInteger(port)) {
      long n = ((Number) port).longValue();
      if (n >= 0 && n <= 65535) {
        return (int) n;
      }
    }
    throw illegal(
        ":port", port, "an integer 0-65535, or a :socket-address, :listen-socket or :unix-socket");
  }

  private static Path path(Object file) {
    if (file instanceof Path path) {
      return path;
    }
    return file instanceof File f
        ? f.toPath()
        : Path.of(instance(String.class, ":unix-socket", file, "a path as a string, File or Path"));
  }
}
