package weir.net.tls;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Who says whom to trust. */
sealed interface TrustSource {

  void apply(SslContextBuilder b);

  /** A PEM file. */
  record OfFile(File certificates) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(Pem.read(certificates, Pem::certificates));
    }
  }

  /** A PEM stream. */
  record OfStream(InputStream certificates) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      try {
        b.trustManager(Pem.certificates(certificates));
      } catch (GeneralSecurityException e) {
        throw TlsBuilder.invalid("cannot read the trust store: " + e.getMessage(), e);
      }
    }
  }

  /** The certificates themselves. */
  record OfCertificates(X509Certificate[] certificates) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(certificates);
    }
  }

  /** A manager. */
  record OfManager(TrustManager manager) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(manager);
    }
  }

  /** A factory of managers. */
  record OfFactory(TrustManagerFactory factory) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(factory);
    }
  }
}
