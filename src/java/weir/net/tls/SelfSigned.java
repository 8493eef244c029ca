package weir.net.tls;

import io.netty.util.NetUtil;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A throw-away key with a certificate that vouches for itself, for development and tests. Needs
 * nothing but the JDK.
 */
public final class SelfSigned {

  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final PrivateKey privateKey;
  private final X509Certificate certificate;

  private SelfSigned(PrivateKey privateKey, X509Certificate certificate) {
    this.privateKey = privateKey;
    this.certificate = certificate;
  }

  /** Makes one for a host name or an IP address, valid from an hour ago for a year. */
  public static SelfSigned of(String host) {
    Instant now = Instant.now();
    return of(host, now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(365)));
  }

  /** Makes one for a host name or an IP address, valid between two instants. */
  public static SelfSigned of(String host, Instant from, Instant until) {
    try {
      KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
      keys.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = keys.generateKeyPair();
      byte[] body = body(host, pair, from, until);
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(body);
      byte[] encoded = Der.sequence(body, algorithm(), Der.bits(signature.sign()));
      return new SelfSigned(
          pair.getPrivate(),
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no elliptic curves", e);
    }
  }

  /** RFC 5280 §4.1, the part that is signed. */
  private static byte[] body(String host, KeyPair pair, Instant from, Instant until) {
    byte[] name =
        Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName(host)))));
    byte[] serial = new BigInteger(126, new SecureRandom()).add(BigInteger.ONE).toByteArray();
    byte[] version3 = Der.tagged(0xa0, Der.integer(new byte[] {2}));
    byte[] valid = Der.sequence(Der.time(TIME.format(from)), Der.time(TIME.format(until)));
    byte[] extensions =
        Der.sequence(
            Der.sequence(
                Der.oid(BASIC_CONSTRAINTS),
                Der.bool(true),
                Der.octets(Der.sequence(Der.bool(true)))),
            Der.sequence(
                Der.oid(SUBJECT_ALTERNATIVE_NAME), Der.octets(Der.sequence(alternative(host)))));
    return Der.sequence(
        version3,
        Der.integer(serial),
        algorithm(),
        name,
        valid,
        name,
        pair.getPublic().getEncoded(),
        Der.tagged(0xa3, extensions));
  }

  private static byte[] algorithm() {
    return Der.sequence(Der.oid(ECDSA_WITH_SHA256));
  }

  private static String commonName(String host) {
    return host.length() > 64 ? host.substring(0, 64) : host;
  }

  private static byte[] alternative(String host) {
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    return address != null
        ? Der.tagged(0x87, address)
        : Der.tagged(0x82, IDN.toASCII(host).getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the private key. */
  public PrivateKey privateKey() {
    return privateKey;
  }

  /** Returns the certificate. */
  public X509Certificate certificate() {
    return certificate;
  }
}
