package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** Reads PEM; certificates by Netty's reader, which only subclasses of its context may call. */
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

  static PrivateKey privateKey(InputStream in, String password)
      throws IOException, GeneralSecurityException {
    return PrivateKeys.read(
        in.readAllBytes(), password == null || password.isEmpty() ? null : password);
  }

  static X509Certificate[] certificates(InputStream in) throws GeneralSecurityException {
    return SslContext.toX509Certificates(in);
  }
}
