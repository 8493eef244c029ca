package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.http.HttpServer;

/**
 * With netty-tcnative on the class path, which only this JVM has: all that is expected of a server of
 * the JDK's, and that either side understands the other.
 */
@Tag("openssl")
class OpensslProviderTest extends OpensslTest {

  @Test
  void openSslIsUsedWhenItIsThere() {
    OpenSsl.ensureAvailability();
    assertTrue(Tls.client().build() instanceof OpenSslContext);
    assertTrue(Tls.server().key(SelfSigned.of("localhost")).build() instanceof OpenSslContext);
  }

  @ParameterizedTest
  @CsvSource({"JDK, OPENSSL", "OPENSSL, JDK", "OPENSSL, OPENSSL", "OPENSSL_REFCNT, OPENSSL_REFCNT"})
  void providersUnderstandEachOther(SslProvider servers, SslProvider clients) throws Exception {
    SelfSigned made = SelfSigned.of("localhost");
    SslContext context = Tls.server().key(made).provider(servers).build();
    try (HttpServer server = TlsPeers.serve(context)) {
      SslContext client = Tls.client().trust(made.certificate()).provider(clients).build();
      assertEquals("hello", TlsPeers.fetch(server.port(), client));
      io.netty.util.ReferenceCountUtil.release(client);
    }
    io.netty.util.ReferenceCountUtil.release(context);
  }
}
