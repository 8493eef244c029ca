package weir.http.server;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import weir.http.ContinueHandler;
import weir.http.HeaderCase;
import weir.http.RequestBodyType;
import weir.http.ServerNamePolicy;
import weir.http.body.BodyRule;
import weir.http.coding.Compression;
import weir.net.TcpListener;

/**
 * Everything a server was told. {@link weir.http.HttpServer.Builder} documents each option and its
 * default, and checks it.
 *
 * @param listening where, and on which event loops
 * @param handlerThreads who calls the handler
 * @param executor the user's executor, only with {@link HandlerThreads#EXECUTOR}
 * @param workerPoolSize how many platform threads may call handlers, where there are no virtual ones
 * @param interruptHandlers whether a handler's thread is interrupted when its client has gone
 * @param continueHandler decides about expectations, null to meet all
 * @param continueThreads who calls it
 * @param continueExecutor the user's executor for that, only with {@link HandlerThreads#EXECUTOR}
 * @param sslContext TLS, or null
 * @param manualTls whether the user's own pipeline ends TLS
 * @param bodyType what request bodies are for the handler
 * @param requestBufferBytes how much of a request body may wait unread
 * @param maxRequestBodyBytes the limit of a gathered request body, 0 for none and no gathering
 * @param maxStreamedBodyBytes the limit of one that is read while it arrives, 0 for none
 * @param maxInitialLineBytes the limit of the request line
 * @param maxHeaderBytes the limit of the header block
 * @param maxChunkBytes the largest piece that the decoder hands on
 * @param maxPipelined how many requests of one connection may wait for responses
 * @param maxInFlight how many requests may be with handlers at once, 0 for any number
 * @param initialBufferBytes how large the decoder's scratch buffer is at first
 * @param severalLengths whether equal Content-Length headers are one
 * @param validateHeaders whether illegal characters in headers are refused
 * @param idleTimeout after which a silent connection is closed, zero for never
 * @param timeouts how long clients may take
 * @param shutdownTimeout how long running exchanges may take when the server stops
 * @param serverHeader the Server header, null for none
 * @param headerCase how the names of response headers are spelled
 * @param plainTextIsUtf8 whether a Content-Type of {@code text/plain} gets that charset
 * @param serverNamePolicy where the server's name in requests comes from
 * @param proxies which proxies are believed what
 * @param alwaysBody whether requests without a body get an empty stream
 * @param bodyRule says which response bodies write themselves
 * @param outputBufferBytes how much such a body may write before anything is sent
 * @param compression chooses the Content-Encoding of responses, null for none
 * @param endFailedBodies whether one that fails halfway ends as if it were complete
 * @param observing what is told to whom
 * @param http2 which versions are spoken, and how the second one
 * @param initialPipeline called first for each connection's pipeline
 * @param pipeline called last for each connection's pipeline
 */
public record ServerConfig(
    TcpListener.Options listening,
    HandlerThreads handlerThreads,
    Executor executor,
    int workerPoolSize,
    boolean interruptHandlers,
    ContinueHandler continueHandler,
    HandlerThreads continueThreads,
    Executor continueExecutor,
    SslContext sslContext,
    boolean manualTls,
    RequestBodyType bodyType,
    int requestBufferBytes,
    long maxRequestBodyBytes,
    long maxStreamedBodyBytes,
    int maxInitialLineBytes,
    int maxHeaderBytes,
    int maxChunkBytes,
    int maxPipelined,
    int maxInFlight,
    int initialBufferBytes,
    boolean severalLengths,
    boolean validateHeaders,
    Duration idleTimeout,
    Timeouts timeouts,
    Duration shutdownTimeout,
    String serverHeader,
    HeaderCase headerCase,
    boolean plainTextIsUtf8,
    ServerNamePolicy serverNamePolicy,
    ProxyTrust proxies,
    boolean alwaysBody,
    BodyRule bodyRule,
    int outputBufferBytes,
    Compression compression,
    boolean endFailedBodies,
    Observing observing,
    Http2ServerConfig http2,
    Consumer<ChannelPipeline> initialPipeline,
    Consumer<ChannelPipeline> pipeline) {

  /** Returns whether request bodies are streams of buffers. */
  public boolean rawStream() {
    return bodyType == RequestBodyType.RAW_STREAM;
  }

  /** Who calls the handler. */
  public enum HandlerThreads {
    /** Virtual threads, or a pool where the JVM has none; for the continue handler, as for others. */
    WORKERS,
    /** The event loop itself. */
    EVENT_LOOP,
    /** An executor of the user's. */
    EXECUTOR
  }
}
