package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;

/** A server and clients of the contexts under test, and an authority that signs for them. */
final class TlsPeers {

  private TlsPeers() {}

  /** Returns a new CA. */
  static X509Bundle authority() throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=our CA")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  /** Returns a key and certificate for a host; with days below zero it has expired. */
  static X509Bundle issued(X509Bundle authority, String host, long daysLeft) throws Exception {
    Instant now = Instant.now();
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + host)
        .addSanDnsName(host)
        .notBefore(now.minus(30, ChronoUnit.DAYS))
        .notAfter(now.plus(daysLeft, ChronoUnit.DAYS))
        .buildIssuedBy(authority);
  }

  static TlsBuilder key(TlsBuilder builder, X509Bundle bundle) {
    return builder.key(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath());
  }

  /** Starts a server that says hello. */
  static HttpServer serve(SslContext context) {
    return HttpServer.builder()
        .port(0)
        .threadPrefix("test-tls")
        .daemon(true)
        .sslContext(context)
        .handler(request -> Reply.text("hello"))
        .start();
  }

  /** Returns what a server says to a client of its own. */
  static String fetch(int port, SslContext context) throws Exception {
    try (HttpClient client = HttpClient.builder().sslContext(context).build()) {
      HttpRequest request =
          HttpRequest.get("https://localhost:" + port + "/").as(BodyMode.STRING).build();
      return (String) client.send(request).toCompletableFuture().get(20, TimeUnit.SECONDS).body();
    }
  }
}
