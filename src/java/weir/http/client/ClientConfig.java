package weir.http.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import weir.executor.Stats;
import weir.http.BodyMode;
import weir.http.HeaderCase;
import weir.http.ProxyRule;
import weir.net.Transport;

/**
 * What a client needs to know; {@code HttpClient.Builder} says what each part means.
 *
 * @param transport null for the best of this machine
 * @param executor runs the callbacks of responses; null for the event loop
 * @param blockingExecutor reads request bodies that can only be read by blocking
 * @param decompress whether bodies are decoded, unless the request says otherwise
 * @param headerCase how the names of request headers are spelled
 * @param sslContext null for the default one
 * @param versions what is offered inside TLS, by the names of ALPN, best first
 * @param versionsChosen whether the program has said so
 * @param priorKnowledge whether HTTP/2 is spoken without TLS, too
 * @param onStats is told how busy each origin is; null for the callbacks that serve all pools
 * @param statsPeriod how often
 * @param address where connections go, whomever a URL names; null for the one that is named
 * @param loops where connections live; null for those that all clients share
 * @param once whether a connection that is closed closes the client
 * @param errorLogger is told what breaks connections; null for the log
 * @param logLevel at which traffic is logged, or null
 * @param ownsResolver whether the resolver is closed with the client
 * @param endpointAlgorithm how the host's name is verified; null does not
 * @param sockets makes the socket for an address; null for those of the transport
 */
public record ClientConfig(
    Transport transport,
    Executor executor,
    Executor blockingExecutor,
    int connectionsPerHost,
    int totalConnections,
    int maxQueue,
    Duration idleTimeout,
    Duration connectTimeout,
    boolean keepAlive,
    BodyMode bodyMode,
    int responseBufferBytes,
    boolean decompress,
    long maxBodyBytes,
    int maxInitialLineBytes,
    int maxHeaderBytes,
    int maxChunkBytes,
    HeaderCase headerCase,
    SslContext sslContext,
    List<String> versions,
    boolean versionsChosen,
    boolean priorKnowledge,
    Http2Options http2,
    String endpointAlgorithm,
    SocketAddress localAddress,
    SocketAddress address,
    EventLoopGroup loops,
    boolean once,
    Consumer<Throwable> errorLogger,
    AddressResolverGroup<?> resolver,
    boolean ownsResolver,
    ProxyRule proxy,
    Consumer<Map<String, Stats>> onStats,
    Duration statsPeriod,
    Consumer<Bootstrap> bootstrap,
    Consumer<ChannelPipeline> pipeline,
    LogLevel logLevel,
    Function<SocketAddress, SocketChannel> sockets) {}
