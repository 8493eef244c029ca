package weir.http.client;

import aleph.utils.ConnectionTimeoutException;
import aleph.utils.ProxyConnectionTimeoutException;
import clojure.lang.ExceptionInfo;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectException;
import java.util.Locale;
import weir.net.tls.Failures;

/** Why there is no connection, by the classes that programs catch. */
final class ConnectFailures {

  private static final Keyword HEADERS = Keyword.intern(null, "headers");

  private ConnectFailures() {}

  /** Returns what the caller of a connection to that host is told. */
  static Throwable translate(Throwable cause, String host, int port) {
    if (cause instanceof ConnectTimeoutException) {
      return new ConnectionTimeoutException(cause.getMessage(), cause);
    }
    if (cause instanceof HttpProxyHandler.HttpProxyConnectException refused) {
      return new ExceptionInfo(
          String.valueOf(refused.getMessage()),
          new PersistentArrayMap(new Object[] {HEADERS, headers(refused.headers())}),
          refused);
    }
    if (cause instanceof ProxyConnectException
        && String.valueOf(cause.getMessage()).contains("timeout")) {
      return new ProxyConnectionTimeoutException(cause.getMessage(), cause);
    }
    return Failures.atClient(cause, host, port);
  }

  private static IPersistentMap headers(HttpHeaders all) {
    IPersistentMap map = PersistentArrayMap.EMPTY;
    if (all != null) {
      for (String name : all.names()) {
        map = map.assoc(name.toLowerCase(Locale.ROOT), String.join(", ", all.getAll(name)));
      }
    }
    return map;
  }
}
