package weir.net.tls;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;

/** Where a private key and its certificates come from. */
sealed interface KeySource {

  /**
   * Reads both.
   *
   * @throws IllegalArgumentException if one cannot be read, or they are not a pair
   */
  Given read(String password);

  /** PEM files. */
  record Files(File privateKey, File chain) implements KeySource {
    @Override
    public Given read(String password) {
      return pair(
          Pem.read(privateKey, in -> Pem.privateKey(in, password)),
          Pem.read(chain, Pem::certificates));
    }
  }

  /** PEM streams. */
  record Streams(InputStream privateKey, InputStream chain) implements KeySource {
    @Override
    public Given read(String password) {
      try {
        return pair(Pem.privateKey(privateKey, password), Pem.certificates(chain));
      } catch (IOException | GeneralSecurityException e) {
        throw TlsBuilder.invalid(e.getMessage(), e);
      }
    }
  }

  /** The two themselves. */
  record Given(PrivateKey privateKey, X509Certificate[] chain) implements KeySource {
    @Override
    public Given read(String password) {
      return pair(privateKey, chain);
    }
  }

  private static Given pair(PrivateKey key, X509Certificate[] chain) {
    if (key == null || chain == null || chain.length == 0) {
      throw TlsBuilder.invalid("the private key or its certificate chain is missing", null);
    }
    if (!fits(key, chain[0])) {
      throw TlsBuilder.invalid(
          "the private key does not belong to the first certificate of the chain, "
              + chain[0].getSubjectX500Principal(),
          null);
    }
    return new Given(key, chain);
  }

  /** Signs something: half-replaced files on disk must not get into use. */
  private static boolean fits(PrivateKey key, X509Certificate certificate) {
    byte[] text = {1, 2, 3};
    String signing =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC", "ECDSA" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
          default -> null;
        };
    if (signing == null || key.getEncoded() == null) {
      return true; // one that we cannot use ourselves, as of a hardware token
    }
    try {
      Signature signer = Signature.getInstance(signing);
      signer.initSign(ofTheJdk(key));
      signer.update(text);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(text);
      return signer.verify(signature);
    } catch (GeneralSecurityException notOfOneKind) {
      return false;
    }
  }

  /** A program may give a key of Bouncy Castle's. */
  private static PrivateKey ofTheJdk(PrivateKey key) throws GeneralSecurityException {
    String algorithm = key.getAlgorithm().equals("ECDSA") ? "EC" : key.getAlgorithm();
    return KeyFactory.getInstance(algorithm)
        .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
  }

  /** Reads a PEM stream. */
  interface Reader<T> {
    T read(InputStream in) throws IOException, GeneralSecurityException;
  }
}
