package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.Captured;
import weir.testing.Ports;
import weir.testing.Program;

/** OpenSSL's own client against the server. */
@Timeout(120)
class OpensslTest {

  private HttpServer server;
  @TempDir Path folder;

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private void serve(SslContext context) {
    server =
        HttpServer.builder()
            .port(0)
            .threadPrefix("test-openssl")
            .daemon(true)
            .sslContext(context)
            .handler(request -> Reply.text("hello"))
            .start();
  }

  private static final String GET =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

  private String connect(String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "s_client", "-ign_eof", "-connect", "localhost:" + server.port()));
    command.addAll(List.of(options));
    return Program.run(GET, command);
  }

  private static void assertHas(String part, String text) {
    assertTrue(text.contains(part), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void currentVersionsAreNegotiated(String version) throws Exception {
    serve(Tls.server().key(SelfSigned.of("localhost")).build());
    String said = connect(version.equals("TLSv1.3") ? "-tls1_3" : "-tls1_2");
    assertHas("New, " + version, said);
    assertHas("hello", said);
  }

  @Test
  void oldVersionsAreRefused() throws Exception {
    serve(Tls.server().key(SelfSigned.of("localhost")).build());
    try (Captured log = new Captured()) {
      String said = connect("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");
      assertHas("alert protocol version", said);
      assertHas("Cipher is (NONE)", said);
      log.await("SSL handshake failure");
      log.await("the client offers no version of TLS that is enabled");
      log.await("[TLSv1.3, TLSv1.2]");
    }
  }

  @Test
  void openSslSaysWhyItRefuses() throws Exception {
    serve(Tls.server().key(SelfSigned.of("localhost")).build());
    try (Captured log = new Captured()) {
      assertHas("verify error", connect("-tls1_2", "-verify_return_error"));
      log.await("the client does not know the CA of our certificate");
      assertHas("verify error", connect("-tls1_3", "-verify_return_error"));
      // Newer JDKs say no more than "Unexpected exception" of an alert in the clear.
      boolean told = Runtime.version().feature() < 25 || OpenSsl.isAvailable();
      log.await(told ? "the client broke the handshake off" : ": Unexpected exception");
    }
  }

  @Test
  void aProtocolIsAgreedOn() throws Exception {
    serve(Tls.server().key(SelfSigned.of("localhost")).alpn("http/1.1").build());
    assertHas("ALPN protocol: http/1.1", connect("-alpn", "h2,http/1.1"));
    assertHas("No ALPN negotiated", connect("-alpn", "unheard-of"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void sessionsAreResumed(String version) throws Exception {
    serve(Tls.server().key(SelfSigned.of("localhost")).build());
    String session = folder.resolve("session").toString();
    assertHas("New, TLS", connect(version, "-sess_out", session));
    assertHas("Reused, TLS", connect(version, "-sess_in", session));
  }

  /** Against OpenSSL's server, whose page tells how the session began. */
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void aClientResumesSessions(String version) throws Exception {
    write(SelfSigned.of("localhost"));
    int port = Ports.free();
    SslContext client = Tls.client().trust(folder.resolve("chain.pem").toFile()).build();
    try (Program foreign =
        Program.start(
            "openssl",
            "s_server",
            "-www",
            version,
            "-accept",
            "localhost:" + port,
            "-key",
            folder.resolve("key.pem").toString(),
            "-cert",
            folder.resolve("chain.pem").toString())) {
      foreign.await("ACCEPT");
      assertHas("New, TLS", TlsPeers.fetch(port, client));
      assertHas("Reused, TLS", TlsPeers.fetch(port, client));
    }
  }

  // ---- by server name

  private String subject(String... options) throws Exception {
    String said = connect(options);
    int i = said.indexOf("subject=");
    return i < 0 ? said : said.substring(i, said.indexOf('\n', i)).replace(" ", "");
  }

  @Test
  void theServerNameChoosesTheCertificate() throws Exception {
    serve(
        Tls.server()
            .key(SelfSigned.of("localhost"))
            .sni(
                Map.of(
                    "a.example", Tls.server().key(SelfSigned.of("a.example")).build(),
                    "*.b.example", Tls.server().key(SelfSigned.of("b.example")).build()))
            .build());
    assertEquals("subject=CN=a.example", subject("-servername", "a.example"));
    assertEquals("subject=CN=a.example", subject("-servername", "A.Example"));
    assertEquals("subject=CN=b.example", subject("-servername", "x.b.example"));
    assertEquals("subject=CN=localhost", subject("-servername", "x.y.b.example"));
    assertEquals("subject=CN=localhost", subject("-servername", "b.example"));
    assertEquals("subject=CN=localhost", subject("-noservername"));
  }

  @Test
  void aFunctionChoosesTheCertificateNowOrLater() throws Exception {
    SslContext now = Tls.server().key(SelfSigned.of("now")).build();
    SslContext later = Tls.server().key(SelfSigned.of("later")).build();
    serve(
        Tls.server()
            .key(SelfSigned.of("localhost"))
            .sni(
                name ->
                    switch (name) {
                      case "now.example" -> now;
                      case "later.example" -> Deferred.of(later);
                      default -> null;
                    })
            .build());
    assertEquals("subject=CN=now", subject("-servername", "now.example"));
    assertEquals("subject=CN=later", subject("-servername", "later.example"));
    assertEquals("subject=CN=localhost", subject("-servername", "other.example"));
  }

  @Test
  void aFunctionThatFailsEndsTheHandshakeInOneLine() throws Exception {
    serve(
        Tls.server()
            .key(SelfSigned.of("localhost"))
            .sni(
                name -> {
                  throw new IllegalStateException("no store today");
                })
            .build());
    try (Captured log = new Captured()) {
      assertHas("Cipher is (NONE)", connect("-servername", "any.example"));
      log.await("no store today");
    }
  }

  // ---- new certificates

  private void write(SelfSigned made) throws Exception {
    pem("key.pem", "PRIVATE KEY", made.privateKey().getEncoded());
    pem("chain.pem", "CERTIFICATE", made.certificate().getEncoded());
  }

  private void pem(String name, String kind, byte[] der) throws Exception {
    String text =
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + kind
            + "-----\n";
    Path file = folder.resolve(name);
    boolean there = Files.exists(file);
    long before = there ? Files.getLastModifiedTime(file).toMillis() : 0;
    Files.writeString(file, text);
    if (there && Files.getLastModifiedTime(file).toMillis() <= before) {
      Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(before + 1000));
    }
  }

  private TlsBuilder fromFiles() {
    return Tls.server()
        .key(folder.resolve("key.pem").toFile(), folder.resolve("chain.pem").toFile());
  }

  @Test
  void newCertificatesAreServedWithoutARestart() throws Exception {
    write(SelfSigned.of("first"));
    serve(fromFiles().reloadEvery(Duration.ofMillis(1)).build());
    assertEquals("subject=CN=first", subject());
    write(SelfSigned.of("second"));
    Await.until("the second certificate is served", () -> subjectIs("subject=CN=second"));
  }

  private boolean subjectIs(String expected) {
    try {
      return subject().equals(expected);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void certificatesThatCannotBeUsedLeaveTheOldOnesInUse() throws Exception {
    write(SelfSigned.of("first"));
    ReloadableContext context = (ReloadableContext) fromFiles().reloadEvery(Duration.ZERO).build();
    serve(context);
    Files.writeString(folder.resolve("chain.pem"), "not a certificate");
    try {
      context.reload();
      throw new AssertionError("was taken");
    } catch (IllegalArgumentException expected) {
      assertHas("chain.pem", expected.getMessage());
    }
    pem("chain.pem", "CERTIFICATE", SelfSigned.of("other").certificate().getEncoded());
    try {
      context.reload();
      throw new AssertionError("was taken");
    } catch (IllegalArgumentException expected) {
      assertHas("does not belong to the first certificate", expected.getMessage());
    }
    assertEquals("subject=CN=first", subject());
    write(SelfSigned.of("second"));
    context.reload();
    assertEquals("subject=CN=second", subject());
  }

  @Test
  void plainTextIsNotAnswered() throws Exception {
    serve(Tls.server().key(SelfSigned.of("localhost")).build());
    try (Captured log = new Captured();
        weir.testing.RawClient plain = new weir.testing.RawClient(server.port())) {
      plain.get("/");
      log.await("the client does not speak TLS");
      byte[] rest = plain.socket().getInputStream().readAllBytes();
      assertFalse(new String(rest, java.nio.charset.StandardCharsets.ISO_8859_1).contains("HTTP"));
    }
  }
}
