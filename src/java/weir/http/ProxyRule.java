package weir.http;

import weir.net.proxy.NoProxy;
import weir.net.proxy.ProxyServer;

/**
 * Which proxy leads to a host.
 *
 * @param server the proxy, or null for none
 * @param except hosts that are reached without it
 */
public record ProxyRule(ProxyServer server, NoProxy except) {

  /** Every host is reached directly. */
  public static final ProxyRule DIRECT = new ProxyRule(null, NoProxy.NONE);

  /** Returns the proxy to a URL's host, or null. */
  public ProxyServer to(Url url) {
    return server == null || except.matches(url.host(), url.effectivePort()) ? null : server;
  }
}
