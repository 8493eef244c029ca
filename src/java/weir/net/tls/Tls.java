package weir.net.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLParameters;

/**
 * The door to TLS.
 *
 * <pre>{@code
 * SslContext context =
 *     Tls.server().key(new File("key.pem"), new File("chain.pem")).reloadEvery(Duration.ofMinutes(1)).build();
 * HttpServer.builder().port(443).sslContext(context).handler(handler).start();
 * }</pre>
 *
 * <p>Safe unless told otherwise: TLS 1.3 and 1.2 only, and clients hold the certificate against the
 * host's name. A context is thread-safe and keeps the sessions that its connections resume, so make
 * it once and share it.
 */
public final class Tls {

  /** The versions in use unless {@link TlsBuilder#protocols} says otherwise. */
  public static final List<String> DEFAULT_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** How long a handshake may take: 10 s. */
  public static final long HANDSHAKE_TIMEOUT_MILLIS = 10_000;

  /** The name of the handler in pipelines. */
  public static final String HANDLER = "ssl-handler";

  /** How clients verify host names unless told otherwise. */
  public static final String DEFAULT_ENDPOINT_ALGORITHM = "HTTPS";

  private Tls() {}

  /** Returns a builder of contexts that accept connections. It needs a key. */
  public static TlsBuilder server() {
    return new TlsBuilder(true);
  }

  /** Returns a builder of contexts that connect; it trusts whom the JDK trusts. */
  public static TlsBuilder client() {
    return new TlsBuilder(false);
  }

  /**
   * Adds what ends TLS for an accepted connection: the handler named {@value #HANDLER}, and one that
   * logs a failed handshake as one line.
   *
   * @param context may choose by server name
   */
  public static void accept(ChannelPipeline pipeline, SslContext context) {
    Channel channel = pipeline.channel();
    if (context instanceof SniContext sni) {
      pipeline.addLast(HANDLER, new ServerNameHandler(sni));
    } else {
      pipeline.addLast(HANDLER, context.newHandler(channel.alloc()));
    }
    pipeline.addLast("ssl-failures", new HandshakeLog());
  }

  /**
   * Returns the handler of a connection to a host.
   *
   * @param host sent as the server's name and, with {@code port}, the key of sessions to resume
   * @param endpointAlgorithm how the certificate is held against the host; null does not
   */
  public static SslHandler connect(
      Channel channel, SslContext context, String host, int port, String endpointAlgorithm) {
    Objects.requireNonNull(host, "host");
    SslHandler handler = context.newHandler(channel.alloc(), host, port);
    SSLParameters parameters = handler.engine().getSSLParameters();
    // The JDK takes null for "as it was", which with Netty's contexts is HTTPS.
    parameters.setEndpointIdentificationAlgorithm(
        endpointAlgorithm == null ? "" : endpointAlgorithm);
    handler.engine().setSSLParameters(parameters);
    if (context instanceof PreparedContext prepared) {
      prepared.prepare(handler.engine(), host, port);
    }
    return handler;
  }

  /**
   * Closes the channel when the peer has said that it sends no more. TLS 1.3 would let our direction go
   * on, but a peer that waits for our end may not close the connection before it has come.
   */
  public static void closeWithPeer(SslHandler handler) {
    handler
        .sslCloseFuture()
        .addListener(
            (Future<Channel> ended) -> {
              if (ended.isSuccess()) {
                ended.getNow().close();
              }
            });
  }
}
