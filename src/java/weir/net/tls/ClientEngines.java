package weir.net.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * TLS by the JDK's SSLEngine, for programs that say so how their client connects. An engine serves one
 * connection; of one that was made here it is known how to make more like it.
 */
public final class ClientEngines {

  private static final Map<SSLEngine, SSLContext> MADE =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** What engines that were made here have in common. */
  private record Kind(SSLContext context, List<String> protocols, List<String> ciphers) {}

  private static final class Trusting {
    static final SSLContext CONTEXT = context();

    private static SSLContext context() {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        return context;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this JVM has no TLS", e);
      }
    }
  }

  private ClientEngines() {}

  /** Returns a new engine. */
  public static SSLEngine make(SSLContext context) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    MADE.put(engine, context);
    return engine;
  }

  /** Returns a new engine that trusts everybody, under any name. */
  public static SSLEngine trustAnybody() {
    return make(Trusting.CONTEXT);
  }

  /**
   * Returns what is equal for engines whose connections are alike: those made here of one context, with
   * the same protocols and cipher suites; any other is like itself only.
   */
  public static Object kind(SSLEngine engine) {
    SSLContext context = MADE.get(engine);
    return context == null
        ? engine
        : new Kind(
            context,
            List.of(engine.getEnabledProtocols()),
            List.of(engine.getEnabledCipherSuites()));
  }

  /** Returns a context of engines of a {@link #kind}; a foreign engine makes one connection only. */
  public static SslContext context(Object kind) {
    if (kind instanceof SSLEngine foreign) {
      return new OneEngineContext(foreign);
    }
    Kind made = (Kind) kind;
    return new JdkSslContext(
        made.context(),
        true,
        made.ciphers(),
        IdentityCipherSuiteFilter.INSTANCE,
        null,
        ClientAuth.NONE,
        made.protocols().toArray(String[]::new),
        false);
  }
}
