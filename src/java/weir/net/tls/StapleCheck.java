package weir.net.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server whom another manager trusts and that staples an OCSP response to its certificate,
 * signed by its issuer, current, and saying that it is not revoked. Nobody is asked over the network.
 */
final class StapleCheck extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager manager;

  private StapleCheck(X509ExtendedTrustManager manager) {
    this.manager = manager;
  }

  /** Returns a check on top of {@code trust}, or of what the JDK trusts when that is null. */
  static StapleCheck on(TrustSource trust) {
    try {
      TrustManager[] managers =
          trust == null ? TrustSource.managers((KeyStore) null) : trust.managers();
      for (TrustManager each : managers) {
        if (each instanceof X509ExtendedTrustManager extended) {
          return new StapleCheck(extended);
        }
      }
    } catch (GeneralSecurityException e) {
      throw TlsBuilder.invalid("cannot read the trust store: " + e.getMessage(), e);
    }
    throw TlsBuilder.invalid(
        "requireOcspResponse needs certificates, or an X509ExtendedTrustManager, to trust", null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String auth, SSLEngine engine)
      throws CertificateException {
    manager.checkServerTrusted(chain, auth, engine);
    verify(
        chain,
        engine instanceof ReferenceCountedOpenSslEngine openSsl
            ? openSsl.getOcspResponse()
            : first(engine.getHandshakeSession()));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String auth, Socket socket)
      throws CertificateException {
    manager.checkServerTrusted(chain, auth, socket);
    verify(chain, socket instanceof SSLSocket tls ? first(tls.getHandshakeSession()) : null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String auth) throws CertificateException {
    throw new CertificateException("an OCSP response cannot be seen outside of a handshake");
  }

  private static byte[] first(SSLSession session) {
    List<byte[]> all =
        session instanceof ExtendedSSLSession extended ? extended.getStatusResponses() : List.of();
    return all.isEmpty() ? null : all.get(0);
  }

  private void verify(X509Certificate[] chain, byte[] response) throws CertificateException {
    if (response == null || response.length == 0) {
      throw new CertificateException("the server has stapled no OCSP response to its certificate");
    }
    try {
      CertPathValidator validator = CertPathValidator.getInstance("PKIX");
      PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
      checker.setOcspResponses(Map.of(chain[0], response));
      checker.setOptions(
          EnumSet.of(
              PKIXRevocationChecker.Option.ONLY_END_ENTITY,
              PKIXRevocationChecker.Option.NO_FALLBACK));
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer(chain), null)));
      parameters.setRevocationEnabled(false); // the checker below is used all the same
      parameters.addCertPathChecker(checker);
      validator.validate(
          CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain[0])), parameters);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(
          "the server's OCSP response does not vouch for its certificate: " + e.getMessage(), e);
    }
  }

  private X509Certificate issuer(X509Certificate[] chain) throws CertificateException {
    if (chain.length > 1) {
      return chain[1];
    }
    for (X509Certificate each : manager.getAcceptedIssuers()) {
      if (each.getSubjectX500Principal().equals(chain[0].getIssuerX500Principal())) {
        return each;
      }
    }
    throw new CertificateException("the issuer of the server's certificate is not known");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return manager.getAcceptedIssuers();
  }

  // ---- only clients have this manager

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String auth, Socket socket)
      throws CertificateException {
    manager.checkClientTrusted(chain, auth, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String auth, SSLEngine engine)
      throws CertificateException {
    manager.checkClientTrusted(chain, auth, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String auth) throws CertificateException {
    manager.checkClientTrusted(chain, auth);
  }
}
