package weir.http.server;

import io.netty.handler.codec.http.HttpHeaders;
import weir.http.Endpoints;

/**
 * Who is at the other end of a connection, as far as it is known.
 *
 * @param endpoints the addresses of the connection, or what a proxy has told of the client's
 * @param secure whether the client has connected over TLS, to us or to that proxy
 * @param trust which proxies are believed what
 * @param forwards whether the peer is a proxy whose headers count
 */
record Peer(Endpoints endpoints, boolean secure, ProxyTrust trust, boolean forwards) {

  static Peer of(Endpoints endpoints, boolean secure, ProxyTrust trust) {
    return new Peer(endpoints, secure, trust, trust.forwards(endpoints.remote()));
  }

  /** Returns what the peer is known as after it has spoken the PROXY protocol. */
  Peer told(ProxyProtocol.Told told) {
    return of(told.endpoints(), secure || told.secure(), trust);
  }

  /** Returns what the headers of a peer that {@link #forwards} say of the client. */
  Forwarded client(HttpHeaders headers) {
    return Forwarded.of(headers, endpoints, trust.forwardedFrom(), trust.headers());
  }
}
