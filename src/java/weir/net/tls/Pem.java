package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** Reads PEM by Netty's reader, which only subclasses of its context may call. */
abstract class Pem extends SslContext {

  private Pem() {}

  static <T> T read(File file, KeySource.Reader<T> reader) {
    if (file == null) {
      throw TlsBuilder.invalid("the private key or its certificate chain is missing", null);
    }
    try (InputStream in = new FileInputStream(file)) {
      return reader.read(in);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw TlsBuilder.invalid("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Reads a key in PKCS #8; a stream without one is an error that says what else it holds. */
  static PrivateKey privateKey(InputStream in, String password)
      throws IOException, GeneralSecurityException {
    byte[] bytes = in.readAllBytes();
    try {
      PrivateKey key =
          SslContext.toPrivateKey(
              new ByteArrayInputStream(bytes),
              password == null || password.isEmpty() ? null : password);
      if (key == null) {
        throw new GeneralSecurityException("it holds no private key");
      }
      return key;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new GeneralSecurityException(reason(bytes, password, e), e);
    }
  }

  private static String reason(byte[] bytes, String password, Exception e) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (text.contains("BEGIN RSA PRIVATE KEY") || text.contains("BEGIN EC PRIVATE KEY")) {
      return "the key is not in PKCS #8; convert it: openssl pkcs8 -topk8 -nodes -in KEY";
    }
    if (text.contains("ENCRYPTED PRIVATE KEY")) {
      return password == null ? "the key needs a password" : "the password does not open the key";
    }
    if (!text.contains("PRIVATE KEY")) {
      return "it holds no private key in PEM";
    }
    return e.getMessage();
  }

  static X509Certificate[] certificates(InputStream in) throws GeneralSecurityException {
    return SslContext.toX509Certificates(in);
  }
}
