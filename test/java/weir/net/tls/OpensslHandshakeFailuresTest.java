package weir.net.tls;

import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Tag;

/** With OpenSSL's TLS. */
@Tag("openssl")
class OpensslHandshakeFailuresTest extends HandshakeFailures {

  OpensslHandshakeFailuresTest() throws Exception {
    super(SslProvider.OPENSSL);
  }

  @Override
  String refused() {
    return "the client broke the handshake off, as when it refuses our certificate";
  }
}
