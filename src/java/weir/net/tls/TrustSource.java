package weir.net.tls;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Who says whom to trust. */
sealed interface TrustSource {

  void apply(SslContextBuilder b);

  /** Returns the managers that {@link #apply} would have the context make. */
  TrustManager[] managers() throws GeneralSecurityException;

  /** Returns the managers of a store; null is that of the JDK. */
  static TrustManager[] managers(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static TrustManager[] managers(X509Certificate[] certificates)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    for (int i = 0; i < certificates.length; i++) {
      store.setCertificateEntry("trusted-" + i, certificates[i]);
    }
    return managers(store);
  }

  /** A PEM file. */
  record OfFile(File certificates) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(Pem.read(certificates, Pem::certificates));
    }

    @Override
    public TrustManager[] managers() throws GeneralSecurityException {
      return TrustSource.managers(Pem.read(certificates, Pem::certificates));
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

    @Override
    public TrustManager[] managers() throws GeneralSecurityException {
      return TrustSource.managers(Pem.certificates(certificates));
    }
  }

  /** The certificates themselves. */
  record OfCertificates(X509Certificate[] certificates) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(certificates);
    }

    @Override
    public TrustManager[] managers() throws GeneralSecurityException {
      return TrustSource.managers(certificates);
    }
  }

  /** A manager. */
  record OfManager(TrustManager manager) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(manager);
    }

    @Override
    public TrustManager[] managers() {
      return new TrustManager[] {manager};
    }
  }

  /** A factory of managers. */
  record OfFactory(TrustManagerFactory factory) implements TrustSource {
    @Override
    public void apply(SslContextBuilder b) {
      b.trustManager(factory);
    }

    @Override
    public TrustManager[] managers() {
      return factory.getTrustManagers();
    }
  }
}
