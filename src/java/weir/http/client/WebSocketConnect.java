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
import weir.net.tls.Alpn;

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

  /** Returns whether every certificate will do. */
  boolean isInsecure() {
    return b.anybody();
  }

  /** Returns the versions of HTTP that a handshake may take, by their names in ALPN, best first. */
  List<String> versions() {
    return b.versions;
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

    private List<String> versions = List.of(Alpn.HTTP1_1);
    private boolean versionsChosen;

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

    /** Trusts every certificate for every name. Not for networks that anybody else can reach. */
    public Builder insecure() {
      return trustAnybody();
    }

    /**
     * Sets which versions of HTTP a handshake may take, best first: {@code "h2"}, where a socket is a
     * stream behind an extended CONNECT (RFC 8441), and {@code "http/1.1"}. Inside TLS the server
     * chooses; one that has chosen HTTP/2 and does not take extended CONNECT is connected to once more
     * for HTTP/1.1, if that is allowed. Without TLS, {@code "h2"} alone is HTTP/2 with prior knowledge,
     * and all else HTTP/1.1. Default: HTTP/1.1.
     */
    public Builder httpVersions(String... names) {
      List<String> chosen = Alpn.names(List.of(names));
      if (chosen.isEmpty()) {
        throw new IllegalArgumentException("httpVersions: none (expected: \"h2\", \"http/1.1\")");
      }
      versions = List.copyOf(chosen);
      versionsChosen = true;
      return this;
    }

    /**
     * Returns the options; the builder must not be changed any more.
     *
     * @throws IllegalArgumentException if the TLS context negotiates other versions of HTTP
     */
    public WebSocketConnect build() {
      if (versionsChosen && tls() != null) {
        Alpn.check(tls(), versions);
      }
      return new WebSocketConnect(this);
    }

    private Dialer.Options dialing() {
      return dialerOptions(bootstrap -> {});
    }

    private SslContext tls() {
      return chosenTls();
    }

    private boolean anybody() {
      return trustsAnybody();
    }

    private String endpoint() {
      return chosenEndpointAlgorithm();
    }

    private ProxyServer proxyTo(Url url) {
      return proxyTo(url.host(), url.effectivePort());
    }
  }
}
