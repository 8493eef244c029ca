package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpServer;

/** Stapling with OpenSSL's TLS, which servers can do, too. */
@Tag("openssl")
class OpensslOcspTest extends OcspStaples {

  OpensslOcspTest() {
    super(SslProvider.OPENSSL);
  }

  private TlsBuilder server() {
    return Tls.server().provider(provider).key(file("key.pem"), file("chain.pem"));
  }

  private String asked(HttpServer server, String version) throws Exception {
    return openssl("s_client -status " + version + " -connect localhost:" + server.port());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void aServerStaplesTheResponseOfAFile(String version) throws Exception {
    try (HttpServer server = TlsPeers.serve(server().ocspResponse(file("good")).build())) {
      String said = asked(server, version);
      assertTrue(said.contains("Cert Status: good"), said);
      assertEquals("hello", TlsPeers.fetch(server.port(), strict()));
    }
  }

  @Test
  void aNewResponseIsReadLikeNewCertificates() throws Exception {
    ReloadableContext context =
        (ReloadableContext) server().ocspResponse(file("good")).reloadEvery(Duration.ZERO).build();
    try (HttpServer server = TlsPeers.serve(context)) {
      assertTrue(asked(server, "-tls1_3").contains("Cert Status: good"));
      Files.copy(
          file("revoked").toPath(),
          file("good").toPath(),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      context.reload();
      assertTrue(asked(server, "-tls1_3").contains("Cert Status: revoked"));
      assertThrows(ExecutionException.class, () -> TlsPeers.fetch(server.port(), strict()));
    }
  }

  @Test
  void aFunctionMayHaveNoResponse() throws Exception {
    byte[] good = Files.readAllBytes(file("good").toPath());
    boolean[] there = {true};
    Supplier<byte[]> responses = () -> there[0] ? good : null;
    try (HttpServer server = TlsPeers.serve(server().ocspResponse(responses).build())) {
      assertEquals("hello", TlsPeers.fetch(server.port(), strict()));
      there[0] = false;
      assertTrue(asked(server, "-tls1_3").contains("OCSP response: no response sent"));
    }
  }

  @Test
  void whatIsNoResponseIsRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> server().ocspResponse(new byte[] {1, 2, 3}).build());
    assertTrue(e.getMessage().contains("no OCSP response in DER"), e.getMessage());
  }
}
