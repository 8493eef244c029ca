package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.RedirectException;
import weir.http.Reply;

@Timeout(60)
class TlsTest {

  private X509Bundle certificate;
  private HttpServer server;
  private HttpClient client;

  @BeforeEach
  void serveWithACertificateForLocalhost() throws Exception {
    certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    server =
        HttpServer.builder()
            .port(0)
            .threadPrefix("test-tls-server")
            .daemon(true)
            .sslContext(
                SslContextBuilder.forServer(
                        certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
                    .build())
            .handler(
                request ->
                    request.path().equals("/down")
                        ? Reply.of(302).header("location", "http://localhost:1/")
                        : Reply.of(200).body(request.body() == null ? "hello" : request.body()))
            .start();
  }

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
    server.close();
  }

  private SslContext trusting() throws Exception {
    return SslContextBuilder.forClient().trustManager(certificate.getCertificate()).build();
  }

  private HttpRequest request(String host) {
    return HttpRequest.get("https://" + host + ":" + server.port() + "/").build();
  }

  @Test
  void aTrustedCertificateForTheNameIsGoodEnough() throws Exception {
    client = HttpClient.builder().sslContext(trusting()).build();
    for (int i = 0; i < 3; i++) {
      assertEquals("hello", text(get(client.send(request("localhost")))));
    }
    assertEquals(1, client.stats().connections());
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    client = HttpClient.builder().sslContext(trusting()).build();
    Throwable failure = failureOf(client.send(request("127.0.0.1")));
    assertInstanceOf(SSLHandshakeException.class, failure);
  }

  @Test
  void theCheckOfTheNameCanBeSwitchedOff() throws Exception {
    client = HttpClient.builder().sslContext(trusting()).endpointAlgorithm(null).build();
    assertEquals("hello", text(get(client.send(request("127.0.0.1")))));
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
    client = HttpClient.builder().build();
    assertInstanceOf(SSLHandshakeException.class, failureOf(client.send(request("localhost"))));
  }

  @Test
  void anInsecureClientTakesAnyCertificate() throws Exception {
    client = HttpClient.builder().insecure().build();
    assertEquals("hello", text(get(client.send(request("127.0.0.1")))));
  }

  @Test
  void plainTextIsNoHandshake() throws Exception {
    client = HttpClient.builder().build();
    try (Peer peer = new Peer(with -> with.say("hello\r\n\r\n"))) {
      HttpRequest request = HttpRequest.get("https://localhost:" + peer.port() + "/").build();
      assertInstanceOf(javax.net.ssl.SSLException.class, failureOf(client.send(request)));
    }
  }

  @Test
  void filesAreSentThroughTls(@TempDir Path folder) throws Exception {
    client = HttpClient.builder().sslContext(trusting()).build();
    File file = folder.resolve("f").toFile();
    Files.write(file.toPath(), new byte[200_000]);
    HttpRequest upload =
        HttpRequest.post("https://localhost:" + server.port() + "/")
            .body(file)
            .as(BodyMode.BYTES)
            .build();
    assertEquals(200_000, ((byte[]) get(client.send(upload)).body()).length);
  }

  /** [B] A redirect must not take a request out of TLS unasked. */
  @Test
  void aRedirectToPlainHttpIsRefused() throws Exception {
    client = HttpClient.builder().sslContext(trusting()).build();
    HttpRequest request = HttpRequest.get("https://localhost:" + server.port() + "/down").build();
    Throwable failure = failureOf(client.send(request));
    assertInstanceOf(RedirectException.class, failure);
    assertTrue(failure.getMessage().startsWith("refused to follow a redirect from https to http"));
  }
}
