package weir.http.server;

import java.net.SocketAddress;
import weir.net.AddressRanges;

/**
 * Which proxies are believed what.
 *
 * @param protocolFrom who begins connections with the PROXY protocol, null for nobody
 * @param headerless what becomes of such a connection without it
 * @param forwardedFrom whose forwarding headers count, null for nobody's
 * @param standardHeader whether these are Forwarded (RFC 7239), not X-Forwarded-*
 */
public record ProxyTrust(
    AddressRanges protocolFrom,
    Headerless headerless,
    AddressRanges forwardedFrom,
    boolean standardHeader) {

  /** What becomes of a connection that should begin with the PROXY protocol, and does not. */
  public enum Headerless {
    /** It is closed. */
    CUT,
    /** It is answered 400 and closed. */
    REFUSED,
    /** It is served, as if it were the proxy's own; a malformed header is refused. */
    SERVED
  }

  /** Believes nobody. */
  public static final ProxyTrust NOBODY = new ProxyTrust(null, Headerless.CUT, null, false);

  /** Returns these with other proxies that speak the PROXY protocol. */
  public ProxyTrust withProtocolFrom(AddressRanges ranges) {
    return new ProxyTrust(ranges, headerless, forwardedFrom, standardHeader);
  }

  /** Returns these with another fate of connections without the protocol. */
  public ProxyTrust withHeaderless(Headerless fate) {
    return new ProxyTrust(protocolFrom, fate, forwardedFrom, standardHeader);
  }

  /** Returns these with other proxies whose headers count. */
  public ProxyTrust withForwardedFrom(AddressRanges ranges) {
    return new ProxyTrust(protocolFrom, headerless, ranges, standardHeader);
  }

  /** Returns these with the other kind of headers. */
  public ProxyTrust withStandardHeader(boolean standard) {
    return new ProxyTrust(protocolFrom, headerless, forwardedFrom, standard);
  }

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
