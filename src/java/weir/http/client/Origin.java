package weir.http.client;

import java.net.SocketAddress;
import weir.http.Url;
import weir.net.proxy.ProxyServer;

/**
 * Whom a connection goes to, and through whom: connections of one origin serve all its requests alike.
 *
 * @param proxy null for none
 * @param address where to connect, instead of what the name resolves to; null for that
 */
record Origin(boolean secure, String host, int port, ProxyServer proxy, SocketAddress address) {

  static Origin of(Url url, ProxyServer proxy, SocketAddress address) {
    return new Origin(url.isSecure(), url.host(), url.effectivePort(), proxy, address);
  }

  /** The host as a resolver knows it: without the brackets of an IPv6 address. */
  String hostName() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Whether requests are sent to the proxy itself, in absolute form. */
  boolean isForwarded() {
    return proxy != null && !secure && proxy.forwards();
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + host + ":" + port;
  }
}
