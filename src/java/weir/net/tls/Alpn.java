package weir.net.tls;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import weir.options.Options;

/** What is spoken inside TLS, as both sides agree on during the handshake (RFC 7301). */
public final class Alpn {

  /** HTTP/1.1. */
  public static final String HTTP1_1 = "http/1.1";

  /** HTTP/2 over TLS. */
  public static final String HTTP2 = "h2";

  private static final Keyword DESIRED = Keyword.intern("desired-http-versions");
  private static final Keyword OFFERED = Keyword.intern("alpn-protocols");
  private static final List<String> HTTP1 = List.of(HTTP1_1);

  private Alpn() {}

  /** Returns the configuration that offers these, best first, and accepts what the peer chooses. */
  public static ApplicationProtocolConfig config(List<String> names) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        names);
  }

  /**
   * Returns the names in ALPN of HTTP versions, in order.
   *
   * @param versions {@code :http1}, {@code :http2} or the names themselves
   * @throws IllegalArgumentException that names the version that is none of these
   */
  public static List<String> names(Iterable<?> versions) {
    List<String> names = new ArrayList<>();
    for (Object version : versions) {
      names.add(
          switch (String.valueOf(version)) {
            case ":http1", "http/1.1" -> "http/1.1";
            case ":http2", "h2" -> "h2";
            default ->
                throw Options.illegal(":http-versions", version, "each to be :http1 or :http2");
          });
    }
    return names;
  }

  /**
   * Returns the context of an HTTP server that negotiates exactly these versions, in that order.
   *
   * @param context whatever {@code :ssl-context} may be; a map without ALPN gets it from the versions
   */
  public static SslContext httpServer(Object context, Iterable<?> versions) {
    return check(TlsOptions.server(context, derived(context, versions)), versions);
  }

  /** Returns the context of an HTTP client, likewise. */
  public static SslContext httpClient(Object context, Iterable<?> versions) {
    return check(TlsOptions.client(context, derived(context, versions)), versions);
  }

  /**
   * Returns the context of an HTTP client that takes what the server likes best of all that there is;
   * what is more than a map negotiates what it says itself.
   */
  public static SslContext httpClient(Object context) {
    return TlsOptions.client(context, derived(context, List.of(HTTP2, HTTP1_1)));
  }

  /** Returns whether a context offers HTTP/2. */
  @SuppressWarnings("deprecation") // there is no other way to ask
  public static boolean offersHttp2(SslContext context) {
    return context.nextProtocols().contains(HTTP2);
  }

  /** Has an engine of the JDK offer HTTP/1.1 alone, whatever its context does. */
  public static void offerHttp1Only(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {HTTP1_1});
    engine.setSSLParameters(parameters);
  }

  private static ApplicationProtocolConfig derived(Object context, Iterable<?> versions) {
    return context instanceof Map<?, ?> ? config(names(versions)) : null;
  }

  /** Returns the context if it and the versions agree; one without ALPN is good for HTTP/1.1. */
  @SuppressWarnings("deprecation") // there is no other way to ask
  public static SslContext check(SslContext context, Iterable<?> versions) {
    List<String> desired = names(versions);
    List<String> offered = context.nextProtocols();
    if (offered.equals(desired) || (offered.isEmpty() && desired.equals(HTTP1))) {
      return context;
    }
    String message = "Desired HTTP version preference order differs from ALPN config.";
    if (offered.isEmpty()) {
      message =
          "Supplied SslContext with no ALPN config, but requested secure non-HTTP/1 versions that"
              + " require ALPN.";
    } else if (!offered.containsAll(desired)) {
      message = "Some desired HTTP versions are not part of ALPN config.";
    } else if (!desired.containsAll(offered)) {
      message = "ALPN config contains more HTTP versions than desired.";
    }
    throw new ExceptionInfo(
        message,
        new PersistentArrayMap(
            new Object[] {DESIRED, RT.vector(RT.toArray(versions)), OFFERED, offered}));
  }
}
