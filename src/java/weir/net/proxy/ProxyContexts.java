package weir.net.proxy;

import clojure.lang.IPersistentMap;
import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.net.tls.Tls;
import weir.net.tls.TlsOptions;

/**
 * The contexts of TLS to proxies that options ask for. Who asks for the same thing again gets the same
 * context: a proxy is part of what tells connections apart, so that those of one request would not do
 * for the next, and sessions are resumed only within a context.
 */
final class ProxyContexts {

  /** So many are kept, those that were asked for last. */
  static final int MAX_KEPT = 64;

  /** The context that {@code :protocol :https} alone asks for. */
  private static final Object DEFAULT = new Object();

  private static final Map<Object, SslContext> KEPT =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, SslContext> eldest) {
          return size() > MAX_KEPT;
        }
      };

  private ProxyContexts() {}

  /**
   * Returns the context of {@code :ssl-context}: of equal maps, or of the same builder, the one that
   * was made first.
   *
   * @param asked null for one that trusts whom the JDK trusts
   */
  static SslContext of(Object asked) {
    if (asked instanceof SslContext) {
      return TlsOptions.client(asked, null);
    }
    Object key = key(asked);
    synchronized (KEPT) {
      SslContext known = KEPT.get(key);
      if (known == null) {
        known = asked == null ? Tls.client().build() : TlsOptions.client(asked, null);
        KEPT.put(key, known);
      }
      return known;
    }
  }

  /** A map of Java's may change while it is a key. */
  private static Object key(Object asked) {
    if (asked == null) {
      return DEFAULT;
    }
    return asked instanceof Map<?, ?> map && !(asked instanceof IPersistentMap)
        ? new HashMap<>(map)
        : asked;
  }
}
