package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.net.tls.SelfSigned;
import weir.net.tls.Tls;
import weir.testing.Program;

/**
 * The program h2spec sends a server what RFC 7540 and RFC 7541 forbid, and looks at how it takes it.
 *
 * @see <a href="https://github.com/summerwind/h2spec">h2spec</a>
 */
class H2specTest {

  private static final String VERSION = "2.2.0";
  private static final int CASES = 146;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private static HttpServer.Builder builder() {
    return HttpServer.builder()
        .port(0)
        .handler(
            request -> {
              if (request.body() instanceof InputStream body) {
                body.readAllBytes();
              }
              return Reply.text("A body that is longer than a few bytes.\n");
            });
  }

  private static Path program(Path folder) throws Exception {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String name = "h2spec_" + (system.contains("mac") ? "darwin" : "linux") + "_amd64.tar.gz";
    Path packed = folder.resolve(name);
    try (InputStream in = H2specTest.class.getResourceAsStream("/h2spec/" + VERSION + "/" + name)) {
      Files.copy(in, packed);
    }
    Program.run("", List.of("tar", "-xzf", packed.toString(), "-C", folder.toString()));
    return folder.resolve("h2spec");
  }

  private void assertAllPass(Path folder, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(program(folder).toString());
    command.addAll(List.of("--strict", "-h", "localhost", "-p", "" + server.port(), "-o", "10"));
    command.addAll(List.of(options));
    String said = Program.run("", command);
    assertTrue(said.contains(CASES + " tests, " + CASES + " passed, 0 skipped, 0 failed"), said);
  }

  @Test
  void aServerWithoutTlsConforms(@TempDir Path folder) throws Exception {
    server = builder().http2(h -> h.versions("h2", "http/1.1").cleartext(true)).start();
    assertAllPass(folder);
  }

  @Test
  void aServerWithTlsConforms(@TempDir Path folder) throws Exception {
    server =
        builder()
            .http2(h -> h.versions("h2", "http/1.1"))
            .sslContext(Tls.server().key(SelfSigned.of("localhost")).alpn("h2", "http/1.1").build())
            .start();
    assertAllPass(folder, "-t", "-k");
  }
}
