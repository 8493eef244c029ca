package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.http.HttpServer;
import weir.testing.Captured;

/** Both sides say in words why there is no connection, whosever TLS they use. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HandshakeFailures {

  private final SslProvider provider;
  private final X509Bundle authority;

  HandshakeFailures(SslProvider provider) throws Exception {
    this.provider = provider;
    this.authority = TlsPeers.authority();
  }

  /** Returns what a server logs when a client refuses its certificate without saying why. */
  abstract String refused();

  /** What goes wrong, and how each side is told. */
  record Failure(String what, SslContext server, SslContext client, String told, String logged) {
    @Override
    public String toString() {
      return what;
    }
  }

  private TlsBuilder server(String host, long daysLeft) throws Exception {
    return TlsPeers.key(Tls.server(), TlsPeers.issued(authority, host, daysLeft))
        .provider(provider);
  }

  private TlsBuilder strictServer() throws Exception {
    return server("localhost", 30).clientAuth(ClientAuth.REQUIRE).trust(authority.getCertificate());
  }

  private TlsBuilder client() {
    return Tls.client().provider(provider).trust(authority.getCertificate());
  }

  private TlsBuilder client(long daysLeft) throws Exception {
    return TlsPeers.key(client(), TlsPeers.issued(authority, "somebody", daysLeft));
  }

  Stream<Failure> failures() throws Exception {
    return Stream.of(
        new Failure(
            "another host name",
            server("example.com", 30).build(),
            client().build(),
            "the server's certificate is for another host name",
            refused()),
        new Failure(
            "an expired certificate",
            server("localhost", -1).build(),
            client().build(),
            "the server's certificate has expired",
            "expired"), // newer JDKs send an alert of its own for that
        new Failure(
            "an unknown authority",
            server("localhost", 30).build(),
            Tls.client().provider(provider).build(),
            "the server's certificate is signed by an unknown CA",
            refused()),
        new Failure(
            "no client certificate",
            strictServer().build(),
            client().build(),
            "the server",
            "the client has sent no certificate, and one is required"),
        // It calls itself by our CA's name: clients keep certificates back that no server asks for.
        new Failure(
            "a client certificate of an unknown authority",
            strictServer().build(),
            client().key(SelfSigned.of("our CA")).build(),
            "",
            "the client's certificate is signed by an unknown CA"),
        new Failure(
            "an expired client certificate",
            strictServer().build(),
            client(-1).build(),
            "",
            "the client's certificate has expired"),
        new Failure(
            "versions without overlap",
            server("localhost", 30).protocols(List.of("TLSv1.3")).build(),
            client().protocols(List.of("TLSv1.2")).build(),
            "the server supports none of our versions of TLS",
            "offers no version of TLS that is enabled"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void bothSidesAreToldTheCause(Failure failure) throws Exception {
    try (Captured log = new Captured();
        HttpServer running = TlsPeers.serve(failure.server())) {
      ExecutionException e =
          assertThrows(
              ExecutionException.class, () -> TlsPeers.fetch(running.port(), failure.client()));
      Throwable cause = assertInstanceOf(SSLHandshakeException.class, e.getCause());
      assertTrue(cause.getMessage().startsWith("TLS with localhost:" + running.port()));
      assertTrue(cause.getMessage().contains(failure.told()), cause.getMessage());
      log.await("SSL handshake failure: /127.0.0.1");
      log.await(failure.logged());
    }
  }

  @Test
  void theRightCertificatesAreTaken() throws Exception {
    try (HttpServer running = TlsPeers.serve(server("localhost", 30).build())) {
      assertEquals("hello", TlsPeers.fetch(running.port(), client().build()));
    }
    try (HttpServer running = TlsPeers.serve(strictServer().build())) {
      assertEquals("hello", TlsPeers.fetch(running.port(), client(30).build()));
    }
  }
}
