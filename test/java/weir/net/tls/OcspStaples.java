package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.testing.Ports;
import weir.testing.Program;

/** Clients that want OCSP responses, of servers that OpenSSL's own program is. */
@Timeout(120)
abstract class OcspStaples {

  final SslProvider provider;
  @TempDir Path folder;

  OcspStaples(SslProvider provider) {
    this.provider = provider;
  }

  String openssl(String words) throws Exception {
    List<String> command = new ArrayList<>(List.of(("openssl " + words).split(" ")));
    command.replaceAll(word -> word.replace("@", folder.toString() + "/"));
    return Program.run("", command);
  }

  File file(String name) {
    return folder.resolve(name).toFile();
  }

  /** A CA, which says of the server's certificate once that it is good, once that it is revoked. */
  @BeforeEach
  void certify() throws Exception {
    String key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
    openssl(
        "req -x509 -subj /CN=ca -addext basicConstraints=critical,CA:TRUE -keyout @ca.key -out @ca.pem"
            + key);
    openssl(
        "req -x509 -CA @ca.pem -CAkey @ca.key -set_serial 0x1001 -subj /CN=localhost"
            + " -addext subjectAltName=DNS:localhost -addext basicConstraints=CA:FALSE"
            + " -keyout @key.pem -out @own.pem"
            + key);
    Files.writeString(
        file("chain.pem").toPath(),
        Files.readString(file("own.pem").toPath()) + Files.readString(file("ca.pem").toPath()));
    respond("good", "V\t350101000000Z\t\t1001\tunknown\t/CN=localhost\n");
    respond(
        "revoked", "R\t350101000000Z\t250101000000Z,keyCompromise\t1001\tunknown\t/CN=localhost\n");
  }

  private void respond(String name, String index) throws Exception {
    Files.writeString(file("index").toPath(), index);
    openssl(
        "ocsp -index @index -CA @ca.pem -rsigner @ca.pem -rkey @ca.key -issuer @ca.pem"
            + " -cert @own.pem -ndays 1 -respout @"
            + name);
  }

  SslContext strict() {
    return Tls.client().provider(provider).trust(file("ca.pem")).requireOcspResponse(true).build();
  }

  private Object fetch(String version, String staple) throws Exception {
    int port = Ports.free();
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_server",
                "-www",
                version,
                "-accept",
                "localhost:" + port,
                "-key",
                file("key.pem").toString(),
                "-cert",
                file("chain.pem").toString(),
                "-cert_chain",
                file("ca.pem").toString()));
    if (staple != null) {
      command.addAll(List.of("-status_file", file(staple).toString()));
    }
    try (Program server = Program.start(command.toArray(String[]::new))) {
      server.await("ACCEPT");
      return TlsPeers.fetch(port, strict());
    }
  }

  private void assertRefused(String why, String version, String staple) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> fetch(version, staple));
    Throwable cause = assertInstanceOf(SSLHandshakeException.class, e.getCause());
    assertTrue(cause.getMessage().contains(why), cause.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void onlyAServerThatIsVouchedForIsTrusted(String version) throws Exception {
    assertTrue(fetch(version, "good").toString().contains("s_server"));
    assertRefused("has stapled no OCSP response", version, null);
    assertRefused("revoked", version, "revoked");
  }

  @Test
  void aResponseOfAnotherCaVouchesForNobody() throws Exception {
    byte[] others = Files.readAllBytes(file("good").toPath());
    certify(); // the same names, but new keys
    Files.write(file("others").toPath(), others);
    assertRefused("does not vouch for its certificate", "-tls1_3", "others");
  }
}
