package weir.http.client;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import weir.testing.Ports;
import weir.testing.Program;

/** nghttp2's server, the foreign peer of the client's HTTP/2 (Debian: nghttp2-server). */
final class Nghttpd implements Closeable {

  private final int port;
  private final boolean secure;
  private final Program program;

  private Nghttpd(int port, boolean secure, Program program) {
    this.port = port;
    this.secure = secure;
    this.program = program;
  }

  /** Starts it for the files of a directory; it answers to content with the same content. */
  static Nghttpd plain(Path files, String... options) throws IOException {
    return start(files, List.of(options), List.of("--no-tls"), List.of());
  }

  /** The same with TLS, as localhost. */
  static Nghttpd secure(Path files, X509Bundle certificate, String... options) throws IOException {
    Path key = Files.writeString(files.resolve("key.pem"), certificate.getPrivateKeyPEM());
    Path chain = Files.writeString(files.resolve("chain.pem"), certificate.getCertificatePathPEM());
    return start(files, List.of(options), List.of(), List.of(key.toString(), chain.toString()));
  }

  static X509Bundle certificate() throws Exception {
    return new CertificateBuilder()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static Nghttpd start(
      Path files, List<String> options, List<String> before, List<String> behind)
      throws IOException {
    int port = Ports.free();
    List<String> command = new ArrayList<>(List.of("nghttpd", "-a", "127.0.0.1", "-v"));
    command.addAll(List.of("-d", files.toString(), "--echo-upload"));
    command.addAll(options);
    command.addAll(before);
    command.add(Integer.toString(port));
    command.addAll(behind);
    Program program = Program.start(command.toArray(String[]::new));
    Ports.awaitListener(port);
    return new Nghttpd(port, behind.size() > 0, program);
  }

  String url() {
    return (secure ? "https://localhost:" : "http://localhost:") + port + "/";
  }

  /** Returns what it has logged: every frame. */
  String log() {
    return program.output();
  }

  @Override
  public void close() {
    program.close();
  }
}
