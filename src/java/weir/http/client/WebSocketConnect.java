package weir.http.client;

import static weir.options.Arguments.notNegative;

import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import weir.http.HeaderFields;
import weir.http.Url;
import weir.http.websocket.WebSocketConfig;
import weir.net.ClientBuilder;
import weir.net.Dialer;
import weir.net.proxy.ProxyServer;

/**
 * How a client makes a WebSocket.
 *
 * <pre>{@code
 * WebSocketConnect how = WebSocketConnect.builder().subProtocols("chat").build();
 * WebSocketClient.connect(Url.parse("https://example.com/talk"), how, listener);
 * }</pre>
 */
public final class WebSocketConnect {

  /** Until a server has agreed: 30 s. */
  public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(30);

  private final Builder b;

  private WebSocketConnect(Builder b) {
    this.b = b;
  }

  /** Returns a builder; nothing has to be set. */
  public static Builder builder() {
    return new Builder();
  }

  WebSocketConfig config() {
    return b.config;
  }

  List<String> subProtocols() {
    return b.subProtocols;
  }

  HeaderFields headers() {
    return b.headers;
  }

  Executor executor() {
    return b.executor;
  }

  Duration handshakeTimeout() {
    return b.handshakeTimeout;
  }

  Dialer.Options dialing() {
    return b.dialing();
  }

  /** Returns the TLS of wss, null for the default one. */
  SslContext sslContext() {
    return b.tls();
  }

  String endpointAlgorithm() {
    return b.endpoint();
  }

  /** Returns the proxy to a host, or null; ws goes through a tunnel as wss does. */
  ProxyServer proxyTo(Url url) {
    return b.proxyTo(url);
  }

  /** What a client may be told. Each method but the last returns the builder. */
  public static final class Builder extends ClientBuilder<Builder> {
    private WebSocketConfig config = WebSocketConfig.DEFAULT;
    private List<String> subProtocols = List.of();
    private HeaderFields headers = new HeaderFields();
    private Executor executor = CallbackThreads.INSTANCE;
    private Duration handshakeTimeout = DEFAULT_HANDSHAKE_TIMEOUT;

    private Builder() {}

    @Override
    protected Builder self() {
      return this;
    }

    /** Sets limits, compression and heartbeats of the connection. */
    public Builder config(WebSocketConfig newConfig) {
      config = Objects.requireNonNull(newConfig, "config");
      return this;
    }

    /** Sets what the server may choose from. */
    public Builder subProtocols(String... names) {
      subProtocols = List.of(names);
      return this;
    }

    /** Sets more fields of the request. */
    public Builder headers(HeaderFields fields) {
      headers = Objects.requireNonNull(fields, "fields");
      return this;
    }

    /** Sets who calls the listener. Default: threads that may block. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Limits the time from the connection until the server has agreed; zero does not. */
    public Builder handshakeTimeout(Duration timeout) {
      handshakeTimeout = notNegative("handshakeTimeout", timeout);
      return this;
    }

    /** Returns the options; the builder must not be changed any more. */
    public WebSocketConnect build() {
      return new WebSocketConnect(this);
    }

    private Dialer.Options dialing() {
      return dialerOptions(bootstrap -> {});
    }

    private SslContext tls() {
      return chosenTls();
    }

    private String endpoint() {
      return chosenEndpointAlgorithm();
    }

    private ProxyServer proxyTo(Url url) {
      return proxyTo(url.host(), url.effectivePort());
    }
  }
}
