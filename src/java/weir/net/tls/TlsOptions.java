package weir.net.tls;

import static weir.options.Options.illegal;
import static weir.options.Options.truthy;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.RT;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import weir.deferred.Deferred;
import weir.options.Options;

/**
 * The options of a context by the names that Clojure programs give them; {@code docs/tls.md} tells
 * what each does.
 */
public final class TlsOptions {

  private static final List<String> BOTH =
      List.of(
          "private-key",
          "private-key-password",
          "certificate-chain",
          "trust-store",
          "ssl-provider",
          "ciphers",
          "protocols",
          "session-cache-size",
          "session-timeout",
          "application-protocol-config",
          "reload-interval");
  private static final List<String> SERVERS_ONLY =
      List.of("client-auth", "start-tls", "sni", "ocsp-response");
  private static final List<String> CLIENTS_ONLY = List.of("require-ocsp-response?");

  private final Map<?, ?> options;
  private final TlsBuilder builder;

  private TlsOptions(Map<?, ?> options, TlsBuilder builder) {
    this.options = options;
    this.builder = builder;
  }

  /**
   * Returns a server's context.
   *
   * @param x an SslContext, an SslContextBuilder or a map of options
   * @param alpn the configuration of a map that has none of its own, or null
   */
  public static SslContext server(Object x, ApplicationProtocolConfig alpn) {
    SslContext context = x instanceof Map<?, ?> map ? serverFrom(map, alpn) : given(x);
    if (!context.isServer()) {
      throw illegal(":ssl-context", x, "a server's context; this is a client's");
    }
    return context;
  }

  /** Returns a client's context, likewise. */
  public static SslContext client(Object x, ApplicationProtocolConfig alpn) {
    SslContext context = x instanceof Map<?, ?> map ? clientFrom(map, alpn) : given(x);
    if (!context.isClient()) {
      throw illegal(":ssl-context", x, "a client's context; this is a server's");
    }
    return context;
  }

  private static SslContext given(Object x) {
    if (x instanceof SslContext context) {
      return context;
    }
    if (x instanceof SslContextBuilder unbuilt) {
      try {
        return unbuilt.build();
      } catch (SSLException e) {
        throw TlsBuilder.invalid(e.getMessage(), e);
      }
    }
    throw illegal(":ssl-context", x, "an SslContext, an SslContextBuilder or a map");
  }

  private static SslContext serverFrom(Map<?, ?> map, ApplicationProtocolConfig alpn) {
    List<String> known = new ArrayList<>(BOTH);
    known.addAll(SERVERS_ONLY);
    Options.reportUnknown("a server's :ssl-context", map, known);
    for (String needed : List.of("private-key", "certificate-chain")) {
      if (get(map, needed) == null) {
        throw invalid(needed, null, "a private key and its certificate chain");
      }
    }
    return new TlsOptions(map, Tls.server()).build(alpn);
  }

  private static SslContext clientFrom(Map<?, ?> map, ApplicationProtocolConfig alpn) {
    List<String> known = new ArrayList<>(BOTH);
    known.addAll(CLIENTS_ONLY);
    Options.reportUnknown("a client's :ssl-context", map, known);
    return new TlsOptions(map, Tls.client()).build(alpn);
  }

  private SslContext build(ApplicationProtocolConfig alpn) {
    if (alpn != null) {
      builder.alpn(alpn);
    }
    setKey(get("private-key"), get("certificate-chain"));
    for (String name : BOTH) {
      set(name);
    }
    for (String name : builder.isServer() ? SERVERS_ONLY : CLIENTS_ONLY) {
      set(name);
    }
    return builder.build();
  }

  private void set(String name) {
    Object v = get(name);
    if (v == null) {
      return;
    }
    switch (name) {
      case "private-key-password" -> builder.password(of(String.class, name, v, "a string"));
      case "trust-store" -> setTrust(name, v);
      case "ssl-provider" -> builder.provider(provider(v));
      case "ciphers" -> builder.ciphers(strings(name, v));
      case "protocols" -> builder.protocols(strings(name, v));
      case "session-cache-size" -> builder.sessionCacheSize(whole(name, v));
      case "session-timeout" -> builder.sessionTimeout(Duration.ofSeconds(whole(name, v)));
      case "application-protocol-config" ->
          builder.alpn(
              of(ApplicationProtocolConfig.class, name, v, "an ApplicationProtocolConfig"));
      case "reload-interval" -> builder.reloadEvery(Duration.ofMillis(whole(name, v)));
      case "client-auth" -> builder.clientAuth(clientAuth(name, v));
      case "start-tls" -> builder.startTls(truthy(v));
      case "sni" -> setSni(name, v);
      case "ocsp-response" -> setOcspResponse(name, v);
      case "require-ocsp-response?" -> builder.requireOcspResponse(truthy(v));
      default -> {
        // private-key and certificate-chain are set together
      }
    }
  }

  private void setKey(Object key, Object chain) {
    if (key == null && chain == null) {
      return;
    }
    X509Certificate[] certificates = certificates(chain);
    if (file(key) != null && file(chain) != null) {
      builder.key(file(key), file(chain));
    } else if (key instanceof InputStream k && chain instanceof InputStream c) {
      builder.key(k, c);
    } else if (key instanceof PrivateKey k && certificates != null) {
      builder.key(k, certificates);
    } else {
      throw TlsBuilder.invalid(
          ":private-key is "
              + kind(key)
              + " and :certificate-chain is "
              + kind(chain)
              + " (expected: both files, both input streams, or a PrivateKey and X509Certificates)",
          null);
    }
  }

  private static String kind(Object x) {
    return x == null ? "nil" : "a " + x.getClass().getName(); // the key itself must not be told
  }

  private void setTrust(String name, Object v) {
    X509Certificate[] certificates = certificates(v);
    if (file(v) != null) {
      builder.trust(file(v));
    } else if (v instanceof InputStream in) {
      builder.trust(in);
    } else if (v instanceof TrustManager manager) {
      builder.trust(manager);
    } else if (v instanceof TrustManagerFactory factory) {
      builder.trust(factory);
    } else if (certificates != null) {
      builder.trust(certificates);
    } else {
      throw invalid(
          name,
          v,
          "a file, an InputStream, X509Certificates, a TrustManager or a TrustManagerFactory");
    }
  }

  private static File file(Object x) {
    if (x instanceof File f) {
      return f;
    }
    if (x instanceof Path p) {
      return p.toFile();
    }
    return x instanceof String s ? new File(s) : null;
  }

  /** Returns the certificates of one, an array or a sequence; null if it is anything else. */
  private static X509Certificate[] certificates(Object x) {
    List<?> all =
        x instanceof Object[] array ? Arrays.asList(array) : x instanceof List<?> l ? l : List.of();
    if (x instanceof X509Certificate one) {
      all = List.of(one);
    } else if (all.isEmpty() && x instanceof Iterable<?> some) {
      List<Object> copy = new ArrayList<>();
      some.forEach(copy::add);
      all = copy;
    }
    return all.isEmpty() || !all.stream().allMatch(X509Certificate.class::isInstance)
        ? null
        : all.toArray(X509Certificate[]::new);
  }

  /** Returns the provider of {@code :jdk}, {@code :openssl} or {@code :openssl-refcnt}. */
  public static SslProvider provider(Object v) {
    if (v instanceof SslProvider p) {
      return p;
    }
    return switch (String.valueOf(v)) {
      case ":jdk" -> SslProvider.JDK;
      case ":openssl" -> SslProvider.OPENSSL;
      case ":openssl-refcnt" -> SslProvider.OPENSSL_REFCNT;
      default -> throw invalid("ssl-provider", v, ":jdk, :openssl or :openssl-refcnt");
    };
  }

  private static ClientAuth clientAuth(String name, Object v) {
    if (v instanceof ClientAuth a) {
      return a;
    }
    return switch (String.valueOf(v)) {
      case ":none" -> ClientAuth.NONE;
      case ":optional" -> ClientAuth.OPTIONAL;
      case ":require" -> ClientAuth.REQUIRE;
      default -> throw invalid(name, v, ":none, :optional or :require");
    };
  }

  private static List<String> strings(String name, Object v) {
    List<String> found = new ArrayList<>();
    Iterable<?> all =
        v instanceof Object[] array ? Arrays.asList(array) : v instanceof Iterable<?> i ? i : null;
    if (all != null) {
      for (Object each : all) {
        found.add(of(String.class, name, each, "strings"));
      }
    }
    if (found.isEmpty()) {
      throw invalid(name, v, "strings");
    }
    return found;
  }

  private static long whole(String name, Object v) {
    if (Options.isInteger(v) && ((Number) v).longValue() >= 0) {
      return ((Number) v).longValue();
    }
    throw invalid(name, v, "a whole number of 0 or more");
  }

  private void setOcspResponse(String name, Object v) {
    if (v instanceof byte[] response) {
      builder.ocspResponse(response);
    } else if (file(v) != null) {
      builder.ocspResponse(file(v));
    } else {
      IFn function =
          of(IFn.class, name, v, "a file, bytes, or a function that returns bytes or nil");
      builder.ocspResponse(() -> (byte[]) function.invoke());
    }
  }

  private void setSni(String name, Object v) {
    if (v instanceof Map<?, ?> map) {
      Map<String, SslContext> contexts = new HashMap<>();
      map.forEach(
          (host, x) ->
              contexts.put(
                  host instanceof Keyword k ? k.getName() : host.toString(), server(x, null)));
      builder.sni(contexts);
    } else {
      IFn choice = of(IFn.class, name, v, "a map of server names, or a function of one");
      builder.sni(host -> chosen(choice.invoke(host)));
    }
  }

  private static Object chosen(Object x) {
    if (x == null) {
      return null;
    }
    return x instanceof Deferred<?> later ? later.thenApply(TlsOptions::chosen) : server(x, null);
  }

  private Object get(String name) {
    return get(options, name);
  }

  private static Object get(Map<?, ?> map, String name) {
    return map.get(Keyword.intern(name));
  }

  private static <T> T of(Class<T> type, String name, Object v, String expected) {
    if (!type.isInstance(v)) {
      throw invalid(name, v, expected);
    }
    return type.cast(v);
  }

  private static IllegalArgumentException invalid(String name, Object v, String expected) {
    return TlsBuilder.invalid(
        ":" + name + " is " + RT.printString(v) + " (expected: " + expected + ")", null);
  }
}
