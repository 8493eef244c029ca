package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.SslProvider;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Stapling with the JDK's TLS: what it cannot do is said. */
class OcspTest extends OcspStaples {

  OcspTest() {
    super(SslProvider.JDK);
  }

  @Test
  void aServerOfTheJdkCannotBeGivenAResponse() {
    Supplier<byte[]> none = () -> null;
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Tls.server()
                    .key(SelfSigned.of("localhost"))
                    .provider(SslProvider.JDK)
                    .ocspResponse(none)
                    .build());
    assertTrue(e.getMessage().contains("needs provider OPENSSL"), e.getMessage());
    assertTrue(e.getMessage().contains("jdk.tls.server.enableStatusRequestExtension"));
  }
}
