package weir.http.server;

import java.net.SocketAddress;
import weir.net.AddressRanges;

/**
 * Which proxies are believed what.
 *
 * @param protocolFrom who begins connections with the PROXY protocol, null for nobody
 * @param forwardedFrom whose forwarding headers count, null for nobody's
 * @param standardHeader whether these are Forwarded (RFC 7239), not X-Forwarded-*
 */
public record ProxyTrust(
    AddressRanges protocolFrom, AddressRanges forwardedFrom, boolean standardHeader) {

  /** Believes nobody. */
  public static final ProxyTrust NOBODY = new ProxyTrust(null, null, false);

  boolean speaksProxyProtocol(SocketAddress peer) {
    return protocolFrom != null && protocolFrom.contains(peer);
  }

  boolean forwards(SocketAddress peer) {
    return forwardedFrom != null && forwardedFrom.contains(peer);
  }

  Forwarded.Kind headers() {
    return standardHeader ? Forwarded.Kind.STANDARD : Forwarded.Kind.X_FORWARDED;
  }
}
