package weir.net.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.File;
import java.io.InputStream;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** What a TLS context needs to know. Each method returns the builder. */
public final class TlsBuilder {

  private final boolean server;
  private KeySource key;
  private String password;
  private TrustSource trust;
  private boolean verifiesNames = true;
  private SslProvider provider;
  private List<String> ciphers;
  private List<String> protocols = Tls.DEFAULT_PROTOCOLS;
  private long sessionCacheSize;
  private long sessionTimeoutSeconds;
  private ApplicationProtocolConfig applicationProtocols;
  private ClientAuth clientAuth = ClientAuth.NONE;
  private boolean startTls;
  private OcspSource ocsp;
  private boolean requiresOcsp;
  private Function<String, ?> byName;
  private Duration reload;

  TlsBuilder(boolean server) {
    this.server = server;
  }

  boolean isServer() {
    return server;
  }

  /**
   * Sets who this side is: PEM files of the key, in PKCS #8, PKCS #1 or SEC 1, and of the chain, own
   * certificate first.
   */
  public TlsBuilder key(File privateKey, File chain) {
    key = new KeySource.Files(privateKey, chain);
    return this;
  }

  /** Sets who this side is; the streams are read, but not closed, when the context is built. */
  public TlsBuilder key(InputStream privateKey, InputStream chain) {
    key = new KeySource.Streams(privateKey, chain);
    return this;
  }

  /** Sets who this side is: the key and the chain, own certificate first. */
  public TlsBuilder key(PrivateKey privateKey, X509Certificate... chain) {
    key = new KeySource.Given(privateKey, chain.clone());
    return this;
  }

  /** Sets a key and certificate that were just made up; for development. */
  public TlsBuilder key(SelfSigned made) {
    return key(made.privateKey(), made.certificate());
  }

  /** Sets the password of an encrypted private key. */
  public TlsBuilder password(String newPassword) {
    password = newPassword;
    return this;
  }

  /** Trusts who is signed by the certificates of a PEM file. */
  public TlsBuilder trust(File certificates) {
    trust = new TrustSource.OfFile(certificates);
    return this;
  }

  /** Trusts who is signed by certificates; the stream is read when the context is built. */
  public TlsBuilder trust(InputStream certificates) {
    trust = new TrustSource.OfStream(certificates);
    return this;
  }

  /** Trusts who is signed by one of these. */
  public TlsBuilder trust(X509Certificate... certificates) {
    trust = new TrustSource.OfCertificates(certificates.clone());
    return this;
  }

  /** Lets the manager decide whom to trust. */
  public TlsBuilder trust(TrustManager manager) {
    trust = new TrustSource.OfManager(manager);
    return this;
  }

  /** Lets the factory's managers decide whom to trust. */
  public TlsBuilder trust(TrustManagerFactory factory) {
    trust = new TrustSource.OfFactory(factory);
    return this;
  }

  /** Trusts everybody, under any name. Not for networks that anybody else can reach. */
  public TlsBuilder trustAnybody() {
    verifiesNames = false;
    return trust(InsecureTrustManagerFactory.INSTANCE);
  }

  /** Sets whose TLS is used. Default: OpenSSL when tcnative is on the class path, else the JDK. */
  public TlsBuilder provider(SslProvider newProvider) {
    provider = newProvider;
    return this;
  }

  /** Sets the cipher suites, best first. */
  public TlsBuilder ciphers(Iterable<String> suites) {
    ciphers = listOf("ciphers", suites);
    return this;
  }

  /** Sets the versions. Default: {@link Tls#DEFAULT_PROTOCOLS}. */
  public TlsBuilder protocols(Iterable<String> versions) {
    protocols = listOf("protocols", versions);
    return this;
  }

  /** Sets how many sessions are kept for resumption; zero leaves it to the provider. */
  public TlsBuilder sessionCacheSize(long n) {
    sessionCacheSize = notNegative("sessionCacheSize", n);
    return this;
  }

  /** Sets for how long a session may be resumed; zero leaves it to the provider. */
  public TlsBuilder sessionTimeout(Duration timeout) {
    sessionTimeoutSeconds = notNegative("sessionTimeout", timeout.toSeconds());
    return this;
  }

  /** Sets what is spoken inside TLS, best first, by ALPN: {@code h2}, {@code http/1.1}. */
  public TlsBuilder alpn(String... names) {
    return alpn(Alpn.config(List.of(names)));
  }

  /** Sets what is spoken inside TLS. */
  public TlsBuilder alpn(ApplicationProtocolConfig config) {
    applicationProtocols = config;
    return this;
  }

  /** Sets whether clients have to show a certificate. Default: no. */
  public TlsBuilder clientAuth(ClientAuth auth) {
    onlyFor("clientAuth", true);
    clientAuth = Objects.requireNonNull(auth, "auth");
    return this;
  }

  /**
   * Staples an OCSP response to the certificate, for clients that ask for one. Only with OpenSSL: the
   * JDK has no place for it, but fetches responses itself when the system property {@code
   * jdk.tls.server.enableStatusRequestExtension} is true.
   *
   * @param response in DER, as {@code openssl ocsp -respout} writes it
   */
  public TlsBuilder ocspResponse(byte[] response) {
    return ocsp(new OcspSource.Given(response.clone()));
  }

  /** Staples the response of a file, which {@link #reloadEvery} has read again when it changes. */
  public TlsBuilder ocspResponse(File response) {
    return ocsp(new OcspSource.OfFile(response));
  }

  /**
   * Staples what the function returns, null for nothing.
   *
   * @param responses called for each connection on its event loop, so it must not block
   */
  public TlsBuilder ocspResponse(Supplier<byte[]> responses) {
    return ocsp(new OcspSource.Asked(Objects.requireNonNull(responses, "responses")));
  }

  private TlsBuilder ocsp(OcspSource source) {
    onlyFor("ocspResponse", true);
    ocsp = source;
    return this;
  }

  /**
   * Sets whether a server has to staple an OCSP response that vouches for its certificate. Default: no.
   */
  public TlsBuilder requireOcspResponse(boolean on) {
    onlyFor("requireOcspResponse", false);
    requiresOcsp = on;
    return this;
  }

  /** Writes the first message in the clear, as STARTTLS wants. */
  public TlsBuilder startTls(boolean on) {
    onlyFor("startTls", true);
    startTls = on;
    return this;
  }

  /**
   * Chooses another context for some server names: {@code example.com}, or {@code *.example.com} for
   * each name one level below. Other names, and clients that send none, get this one.
   */
  public TlsBuilder sni(Map<String, SslContext> contexts) {
    onlyFor("sni", true);
    byName = new ServerNames(contexts);
    return this;
  }

  /**
   * Chooses another context for some server names.
   *
   * @param choice called with the name, in lower case, on a thread that may block; returns a context,
   *     null for this one, or a deferred of either
   */
  public TlsBuilder sni(Function<String, ?> choice) {
    onlyFor("sni", true);
    byName = Objects.requireNonNull(choice, "choice");
    return this;
  }

  /**
   * Reads the files again that keys and trust come from, when they have changed; connections that are
   * open keep what they have.
   *
   * @param interval how often to look, at most; zero only looks when {@link
   *     ReloadableContext#reload} is called
   */
  public TlsBuilder reloadEvery(Duration interval) {
    notNegative("reloadEvery", interval.toMillis());
    reload = interval;
    return this;
  }

  /**
   * Reads keys and certificates and returns the context: a {@link ReloadableContext} if {@link
   * #reloadEvery} was called.
   *
   * @throws IllegalArgumentException if they cannot be read or do not fit together
   */
  public SslContext build() {
    if (server && key == null) {
      throw invalid("a server needs a private key and its certificate chain", null);
    }
    SslContext context = reload == null ? read() : reloadable();
    return byName == null ? context : new SniContext(context, byName);
  }

  private SslContext reloadable() {
    List<File> files = new ArrayList<>();
    if (key instanceof KeySource.Files f) {
      files.add(f.privateKey());
      files.add(f.chain());
    }
    if (trust instanceof TrustSource.OfFile f) {
      files.add(f.certificates());
    }
    if (ocsp instanceof OcspSource.OfFile f) {
      files.add(f.file());
    }
    if (files.isEmpty()) {
      throw invalid("only what comes from files can be read again", null);
    }
    return new ReloadableContext(this::read, files, reload);
  }

  private SslContext read() {
    try {
      SslContextBuilder b = start();
      if (requiresOcsp) {
        b.trustManager(StapleCheck.on(trust));
      } else if (trust != null) {
        trust.apply(b);
      }
      b.sslProvider(checkedProvider())
          .enableOcsp(ocsp != null || requiresOcsp && isOpenSsl())
          .protocols(protocols)
          .ciphers(ciphers)
          .sessionCacheSize(sessionCacheSize)
          .sessionTimeout(sessionTimeoutSeconds)
          .applicationProtocolConfig(applicationProtocols);
      if (server) {
        b.clientAuth(clientAuth).startTls(startTls);
      } else if (!verifiesNames) {
        b.endpointIdentificationAlgorithm(null);
      }
      return ocsp == null ? b.build() : new StaplingContext(b.build(), ocsp.open());
    } catch (SSLException | IllegalArgumentException | IllegalStateException e) {
      throw e.getMessage() != null && e.getMessage().startsWith(INVALID)
          ? (IllegalArgumentException) e
          : invalid(e.getMessage(), e);
    }
  }

  private SslContextBuilder start() {
    if (key == null) {
      return SslContextBuilder.forClient();
    }
    KeySource.Given k = key.read(password);
    return server
        ? SslContextBuilder.forServer(k.privateKey(), k.chain())
        : SslContextBuilder.forClient().keyManager(k.privateKey(), k.chain());
  }

  private SslProvider checkedProvider() {
    if (provider != null && provider != SslProvider.JDK && !OpenSsl.isAvailable()) {
      throw invalid(
          "provider "
              + provider
              + " is not available: put netty-tcnative-boringssl-static on the class path",
          OpenSsl.unavailabilityCause());
    }
    if (ocsp != null && !isOpenSsl()) {
      throw invalid(
          "ocspResponse needs provider OPENSSL, and netty-tcnative-boringssl-static on the class"
              + " path; the JDK fetches responses itself when the system property"
              + " jdk.tls.server.enableStatusRequestExtension is true",
          null);
    }
    return provider;
  }

  private boolean isOpenSsl() {
    SslProvider used = provider;
    if (used == null) {
      used = server ? SslContext.defaultServerProvider() : SslContext.defaultClientProvider();
    }
    return used != SslProvider.JDK;
  }

  private static final String INVALID = "ssl context arguments invalid";

  static IllegalArgumentException invalid(String what, Throwable cause) {
    return new IllegalArgumentException(INVALID + ": " + what, cause);
  }

  private void onlyFor(String option, boolean servers) {
    if (server != servers) {
      throw invalid(option + " is for servers", null);
    }
  }

  private static List<String> listOf(String name, Iterable<String> values) {
    List<String> list = new ArrayList<>();
    values.forEach(list::add);
    if (list.isEmpty()) {
      throw invalid(name + " is empty", null);
    }
    return list;
  }

  private static long notNegative(String name, long n) {
    if (n < 0) {
      throw invalid(name + ": " + n + " (expected: zero or more)", null);
    }
    return n;
  }
}
