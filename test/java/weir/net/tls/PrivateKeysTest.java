package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.http.HttpServer;
import weir.testing.Program;

/** Keys as OpenSSL writes them, in each of its forms. */
@Timeout(120)
class PrivateKeysTest {

  private static final String PASSWORD = "s3cret word";

  @TempDir Path folder;

  private void openssl(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    command.replaceAll(
        word -> word.replace("SECRET", "pass:" + PASSWORD).replace("@", folder.toString() + "/"));
    Program.run("", command);
  }

  private File file(String name) {
    return folder.resolve(name).toFile();
  }

  /** Writes the certificate of {@code @plain.pem}, and the key as {@code command} converts it. */
  private void make(String algorithm, String command) throws Exception {
    openssl(("genpkey " + algorithm + " -out @plain.pem").split(" "));
    openssl(
        ("req -x509 -new -key @plain.pem -out @chain.pem -days 2 -subj /CN=localhost"
                + " -addext subjectAltName=DNS:localhost")
            .split(" "));
    openssl((command + " -in @plain.pem -out @key.pem").split(" "));
  }

  private TlsBuilder server() {
    return Tls.server().key(file("key.pem"), file("chain.pem"));
  }

  private static final String RSA = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
  private static final String P256 = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
  private static final String P384 = "-algorithm EC -pkeyopt ec_paramgen_curve:P-384";
  private static final String ED = "-algorithm ED25519";

  @ParameterizedTest
  @CsvSource({
    "-----BEGIN PRIVATE KEY-----,     " + RSA + ",  pkey",
    "-----BEGIN PRIVATE KEY-----,     " + P256 + ", pkey",
    "-----BEGIN PRIVATE KEY-----,     " + ED + ",   pkey",
    "-----BEGIN RSA PRIVATE KEY-----, " + RSA + ",  rsa -traditional",
    "-----BEGIN EC PRIVATE KEY-----,  " + P256 + ", ec",
    "-----BEGIN EC PRIVATE KEY-----,  " + P384 + ", ec",
  })
  void keysInTheClearAreRead(String first, String algorithm, String command) throws Exception {
    make(algorithm, command);
    assertEquals(first, Files.readAllLines(file("key.pem").toPath()).get(0));
    try (HttpServer running = TlsPeers.serve(server().build())) {
      assertEquals(
          "hello", TlsPeers.fetch(running.port(), Tls.client().trust(file("chain.pem")).build()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTED PRIVATE KEY, " + RSA + ",  pkcs8 -topk8 -passout SECRET",
    "ENCRYPTED PRIVATE KEY, " + P256 + ", pkcs8 -topk8 -passout SECRET",
    "ENCRYPTED PRIVATE KEY, " + ED + ",   pkcs8 -topk8 -passout SECRET",
    "ENCRYPTED PRIVATE KEY, " + RSA + ",  pkcs8 -topk8 -passout SECRET -v2 aes128",
    "ENCRYPTED PRIVATE KEY, " + RSA + ",  pkcs8 -topk8 -passout SECRET -v2prf hmacWithSHA1",
    "ENCRYPTED PRIVATE KEY, " + RSA + ",  pkcs8 -topk8 -passout SECRET -v1 PBE-SHA1-3DES",
    "AES-256-CBC,           " + RSA + ",  rsa -traditional -aes256 -passout SECRET",
    "AES-128-CBC,           " + RSA + ",  rsa -traditional -aes128 -passout SECRET",
    "DES-EDE3-CBC,          " + RSA + ",  rsa -traditional -des3 -passout SECRET",
    "AES-192-CBC,           " + P256 + ", ec -aes192 -passout SECRET",
  })
  void encryptedKeysAreReadWithTheirPassword(String form, String algorithm, String command)
      throws Exception {
    make(algorithm, command);
    assertTrue(Files.readString(file("key.pem").toPath()).contains(form));
    assertTrue(server().password(PASSWORD).build().isServer());
    assertRefused(server(), "the key needs a password");
    assertRefused(server().password("wrong"), "the password does not open the key");
  }

  private static void assertRefused(TlsBuilder builder, String why) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().startsWith("ssl context arguments invalid: cannot read "));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void whatCannotBeReadIsToldWithARemedy() throws Exception {
    make(RSA, "pkcs8 -topk8 -passout SECRET -scrypt");
    assertRefused(server().password(PASSWORD), "openssl pkcs8 -topk8 -v2 aes256 -in KEY");
    make(RSA, "pkcs8 -topk8 -passout SECRET");
    assertRefused(server().password("pässword"), "the password "); // some JDKs know ASCII only
    Path key = file("key.pem").toPath();
    String good = Files.readString(file("plain.pem").toPath());
    Files.writeString(key, good.replace("\nM", "\nA"));
    assertRefused(server(), "the private key is damaged");
    Files.writeString(key, good.replace("PRIVATE KEY", "OPENSSH PRIVATE KEY"));
    assertRefused(server(), "a kind that is not supported (OPENSSH)");
    Files.writeString(key, good.replace("PRIVATE KEY", "RSA PRIVATE KEY"));
    assertRefused(server(), "the private key is damaged");
    Files.writeString(key, "nothing");
    assertRefused(server(), "it holds no private key in PEM");
  }
}
