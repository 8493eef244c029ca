package weir.net.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Reads private keys in PEM, as files have them: PKCS #8, in the clear or encrypted, and the older
 * forms of OpenSSL, PKCS #1 for RSA and SEC 1 for elliptic curves. All become PKCS #8, which is what
 * the JDK reads.
 */
final class PrivateKeys {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----(.*?)-----END", Pattern.DOTALL);

  private static final String RSA = "1.2.840.113549.1.1.1";
  private static final String EC = "1.2.840.10045.2.1";

  /** What PKCS #8 calls a kind of key, and what the JDK does. */
  private static final Map<String, String> ALGORITHMS =
      Map.of(
          RSA,
          "RSA",
          "1.2.840.113549.1.1.10",
          "RSASSA-PSS",
          EC,
          "EC",
          "1.2.840.10040.4.1",
          "DSA",
          "1.3.101.112",
          "Ed25519",
          "1.3.101.113",
          "Ed448");

  private static final String CONVERT = "openssl pkcs8 -topk8 -v2 aes256 -in KEY";

  private PrivateKeys() {}

  /**
   * Returns the first key of a PEM file.
   *
   * @param password opens an encrypted one; may be null for others
   * @throws GeneralSecurityException with a message that says what is wrong with it
   */
  static PrivateKey read(byte[] pem, String password) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      throw new GeneralSecurityException("it holds no private key in PEM");
    }
    String body = block.group(2);
    return switch (block.group(1).trim()) {
      case "" -> ofPkcs8(decode(body));
      case "ENCRYPTED" -> ofPkcs8(decrypt(decode(body), password));
      case "RSA" -> ofPkcs8(wrapped(RSA, Der.nothing(), older(body, password)));
      case "EC" -> ofSec1(older(body, password));
      default ->
          throw new GeneralSecurityException(
              "it holds a key of a kind that is not supported ("
                  + block.group(1).trim()
                  + "); PKCS #8, PKCS #1 and SEC 1 are");
    };
  }

  private static byte[] decode(String body) throws GeneralSecurityException {
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("the key is not in base 64: " + e.getMessage(), e);
    }
  }

  // ---- the forms

  private static PrivateKey ofPkcs8(byte[] der) throws GeneralSecurityException {
    String oid;
    try {
      DerReader info = new DerReader(der).sequence();
      info.skip(); // the version
      oid = info.sequence().oid();
    } catch (RuntimeException e) {
      throw new GeneralSecurityException("the private key is damaged: " + e.getMessage(), e);
    }
    String algorithm = ALGORITHMS.get(oid);
    if (algorithm == null) {
      throw new GeneralSecurityException("the algorithm of the key is not supported: " + oid);
    }
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (InvalidKeySpecException e) {
      throw new GeneralSecurityException("the private key is damaged: " + e.getMessage(), e);
    }
  }

  private static byte[] wrapped(String oid, byte[] parameters, byte[] key) {
    return Der.sequence(
        Der.integer(BigInteger.ZERO.toByteArray()),
        Der.sequence(Der.oid(oid), parameters),
        Der.octets(key));
  }

  /** RFC 5915: the version, the key, {@code [0]} with the curve, {@code [1]} with the public key. */
  private static PrivateKey ofSec1(byte[] der) throws GeneralSecurityException {
    byte[] curve = null;
    try {
      DerReader key = new DerReader(der).sequence();
      key.skip();
      key.skip();
      if (key.tag() == 0xa0) {
        curve = key.content();
      }
    } catch (RuntimeException e) {
      throw new GeneralSecurityException("the private key is damaged: " + e.getMessage(), e);
    }
    if (curve == null) {
      throw new GeneralSecurityException(
          "the private key does not name its curve; convert it: " + CONVERT);
    }
    return ofPkcs8(wrapped(EC, curve, der));
  }

  // ---- passwords

  private static char[] needed(String password) throws GeneralSecurityException {
    if (password == null) {
      throw new GeneralSecurityException("the key needs a password");
    }
    return password.toCharArray();
  }

  private static byte[] decrypt(byte[] der, String password) throws GeneralSecurityException {
    char[] secret = needed(password);
    EncryptedPrivateKeyInfo info;
    Cipher cipher;
    SecretKeyFactory factory;
    AlgorithmParameters parameters;
    try {
      info = new EncryptedPrivateKeyInfo(der);
      parameters = info.getAlgParameters();
      // PBES2 is the name of a frame: its parameters tell what is inside.
      String name =
          info.getAlgName().startsWith("PBES2") ? parameters.toString() : info.getAlgName();
      cipher = Cipher.getInstance(name);
      factory = SecretKeyFactory.getInstance(name);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new GeneralSecurityException(
          "this JDK does not know how the key is encrypted ("
              + e.getMessage()
              + "); convert it: "
              + CONVERT,
          e);
    }
    SecretKey key;
    try {
      key = factory.generateSecret(new PBEKeySpec(secret));
    } catch (InvalidKeySpecException e) {
      throw new GeneralSecurityException("the password cannot be used: " + e.getMessage(), e);
    }
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, parameters);
      return info.getKeySpec(cipher).getEncoded();
    } catch (GeneralSecurityException e) {
      throw wrong(e);
    }
  }

  private static GeneralSecurityException wrong(Exception e) {
    return new GeneralSecurityException("the password does not open the key", e);
  }

  /** OpenSSL's own forms may say in the lines above the key how it is encrypted. */
  private static byte[] older(String body, String password) throws GeneralSecurityException {
    Matcher info =
        Pattern.compile("DEK-Info: *([A-Za-z0-9-]+),([0-9A-Fa-f]+)\\s+(.*)", Pattern.DOTALL)
            .matcher(body);
    if (!info.find()) {
      return decode(body);
    }
    char[] secret = needed(password);
    byte[] iv = HexFormat.of().parseHex(info.group(2));
    byte[] encrypted = decode(info.group(3));
    String name = info.group(1).toUpperCase(Locale.ROOT);
    int bytes =
        switch (name) {
          case "AES-128-CBC" -> 16;
          case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
          case "AES-256-CBC" -> 32;
          default ->
              throw new GeneralSecurityException(
                  "the key is encrypted with " + name + "; convert it: " + CONVERT);
        };
    boolean aes = name.startsWith("AES");
    SecretKey key = new SecretKeySpec(derived(secret, iv, bytes), aes ? "AES" : "DESede");
    try {
      Cipher cipher = Cipher.getInstance((aes ? "AES" : "DESede") + "/CBC/PKCS5Padding");
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
      return new DerReader(cipher.doFinal(encrypted)).whole();
    } catch (GeneralSecurityException | RuntimeException e) {
      throw wrong(e);
    }
  }

  /** OpenSSL's EVP_BytesToKey: MD5 of what came before, the password and eight bytes of the IV. */
  private static byte[] derived(char[] password, byte[] iv, int bytes)
      throws GeneralSecurityException {
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    byte[] secret = new String(password).getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[bytes];
    byte[] last = {};
    for (int i = 0; i < bytes; i += last.length) {
      md5.update(last);
      md5.update(secret);
      md5.update(iv, 0, 8);
      last = md5.digest();
      System.arraycopy(last, 0, key, i, Math.min(last.length, bytes - i));
    }
    return Arrays.copyOf(key, bytes);
  }
}
