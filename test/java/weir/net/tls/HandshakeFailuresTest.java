package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Captured;

/** Both sides say in words why there is no connection. */
@Timeout(60)
class HandshakeFailuresTest {

  private static X509Bundle authority;

  @BeforeAll
  static void foundAnAuthority() throws Exception {
    authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=our CA")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  private static X509Bundle issued(String host, long daysLeft) throws Exception {
    Instant now = Instant.now();
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + host)
        .addSanDnsName(host)
        .notBefore(now.minus(30, ChronoUnit.DAYS))
        .notAfter(now.plus(daysLeft, ChronoUnit.DAYS))
        .buildIssuedBy(authority);
  }

  private static TlsBuilder key(TlsBuilder builder, X509Bundle bundle) {
    return builder.key(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath());
  }

  private static TlsBuilder trusting() {
    return Tls.client().trust(authority.getCertificate());
  }

  private static HttpServer serve(SslContext context) {
    return HttpServer.builder()
        .port(0)
        .threadPrefix("test-tls-failures")
        .daemon(true)
        .sslContext(context)
        .handler(request -> Reply.text("hello"))
        .start();
  }

  private static Object fetch(int port, SslContext context) throws Exception {
    try (HttpClient client = HttpClient.builder().sslContext(context).build()) {
      HttpRequest request =
          HttpRequest.get("https://localhost:" + port + "/").as(BodyMode.STRING).build();
      return client.send(request).toCompletableFuture().get(20, TimeUnit.SECONDS).body();
    }
  }

  /** Returns what the client is told; {@code logged} is what the server has to say. */
  private static String failure(SslContext server, SslContext client, String logged)
      throws Exception {
    try (Captured log = new Captured();
        HttpServer running = serve(server)) {
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> fetch(running.port(), client));
      assertInstanceOf(SSLHandshakeException.class, e.getCause());
      assertTrue(e.getCause().getMessage().startsWith("TLS with localhost:" + running.port()));
      log.await("SSL handshake failure: /127.0.0.1");
      log.await(logged);
      return e.getCause().getMessage();
    }
  }

  private static void assertHas(String part, String text) {
    assertTrue(text.contains(part), text);
  }

  private static final String REFUSED =
      "the client refuses our certificate, or the lack of one (unknown CA, expired or another name)";

  @Test
  void theRightCertificateIsTaken() throws Exception {
    try (HttpServer server = serve(key(Tls.server(), issued("localhost", 30)).build())) {
      assertEquals("hello", fetch(server.port(), trusting().build()));
    }
  }

  @Test
  void aWrongHostNameIsNamed() throws Exception {
    SslContext server = key(Tls.server(), issued("example.com", 30)).build();
    assertHas(
        "the server's certificate is for another host name",
        failure(server, trusting().build(), REFUSED));
  }

  @Test
  void anExpiredCertificateIsNamed() throws Exception {
    SslContext server = key(Tls.server(), issued("localhost", -1)).build();
    // Newer JDKs send an alert of its own for that.
    assertHas(
        "the server's certificate has expired", failure(server, trusting().build(), "expired"));
  }

  @Test
  void anUnknownAuthorityIsNamed() throws Exception {
    SslContext server = key(Tls.server(), issued("localhost", 30)).build();
    assertHas(
        "the server's certificate is signed by an unknown CA",
        failure(server, Tls.client().build(), REFUSED));
  }

  @Test
  void aMissingClientCertificateIsNamed() throws Exception {
    SslContext server =
        key(Tls.server(), issued("localhost", 30))
            .clientAuth(ClientAuth.REQUIRE)
            .trust(authority.getCertificate())
            .build();
    assertHas(
        "the server",
        failure(
            server, trusting().build(), "the client has sent no certificate, and one is required"));
  }

  @Test
  void aClientCertificateOfAnUnknownAuthorityIsNamed() throws Exception {
    SslContext server =
        key(Tls.server(), issued("localhost", 30))
            .clientAuth(ClientAuth.REQUIRE)
            .trust(authority.getCertificate())
            .build();
    // It calls itself by our CA's name: clients keep certificates back that no server asks for.
    SslContext client = trusting().key(SelfSigned.of("our CA")).build();
    failure(server, client, "the client's certificate is signed by an unknown CA");
  }

  @Test
  void anExpiredClientCertificateIsNamed() throws Exception {
    SslContext server =
        key(Tls.server(), issued("localhost", 30))
            .clientAuth(ClientAuth.REQUIRE)
            .trust(authority.getCertificate())
            .build();
    SslContext client = key(trusting(), issued("somebody", -1)).build();
    failure(server, client, "the client's certificate has expired");
  }

  @Test
  void mutualTlsWorks() throws Exception {
    SslContext server =
        key(Tls.server(), issued("localhost", 30))
            .clientAuth(ClientAuth.REQUIRE)
            .trust(authority.getCertificate())
            .build();
    SslContext client = key(trusting(), issued("somebody", 30)).build();
    try (HttpServer running = serve(server)) {
      assertEquals("hello", fetch(running.port(), client));
    }
  }

  @Test
  void versionsWithoutOverlapAreNamed() throws Exception {
    SslContext server =
        key(Tls.server(), issued("localhost", 30)).protocols(List.of("TLSv1.3")).build();
    SslContext client = trusting().protocols(List.of("TLSv1.2")).build();
    assertHas(
        "the server supports none of our versions of TLS",
        failure(server, client, "offers no version of TLS that is enabled"));
  }
}
