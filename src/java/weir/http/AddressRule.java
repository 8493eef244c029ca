package weir.http;

import java.net.SocketAddress;
import weir.net.proxy.ProxyServer;

/** Says where connections for a request go, instead of asking a name service. May block. */
@FunctionalInterface
public interface AddressRule {

  /**
   * Returns the address to connect to, or null for that of the host's name.
   *
   * @param url of the request
   * @param proxy who leads there, and whose address is asked for then; null for nobody
   */
  SocketAddress find(Url url, ProxyServer proxy);
}
