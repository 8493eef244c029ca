package weir.http.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import weir.http.HeaderFields;
import weir.http.ProxyRule;
import weir.http.websocket.WebSocketConfig;
import weir.net.Transport;

/**
 * How a client makes a WebSocket.
 *
 * @param subProtocols what the server may choose from
 * @param headers more fields of the request
 * @param transport null for the best of this machine
 * @param executor calls the listener
 * @param sslContext null for the default one
 * @param endpointAlgorithm how the host's name is verified; null does not
 * @param connectTimeout for the TCP connection to one address
 * @param handshakeTimeout from there until the server has agreed
 * @param localAddress null for any
 * @param resolver of host names
 * @param proxy through whom, for which hosts; ws goes through a tunnel as wss does
 * @param bootstrap called before connecting
 */
public record WebSocketConnect(
    WebSocketConfig config,
    List<String> subProtocols,
    HeaderFields headers,
    Transport transport,
    Executor executor,
    SslContext sslContext,
    String endpointAlgorithm,
    Duration connectTimeout,
    Duration handshakeTimeout,
    SocketAddress localAddress,
    AddressResolverGroup<?> resolver,
    ProxyRule proxy,
    Consumer<Bootstrap> bootstrap) {}
