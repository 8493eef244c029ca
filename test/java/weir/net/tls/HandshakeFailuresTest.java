package weir.net.tls;

import io.netty.handler.ssl.SslProvider;

/** With the JDK's TLS. */
class HandshakeFailuresTest extends HandshakeFailures {

  HandshakeFailuresTest() throws Exception {
    super(SslProvider.JDK);
  }

  @Override
  String refused() {
    return "the client refuses our certificate, or the lack of one (unknown CA, expired or another"
        + " name)";
  }
}
