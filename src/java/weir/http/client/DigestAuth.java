package weir.http.client;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import weir.http.Extras.Credentials;
import weir.http.HeaderName;
import weir.http.HttpRequest;

/**
 * Answers a server that asks for digest authentication.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7616">RFC 7616</a>
 */
final class DigestAuth {

  private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");

  /** Strongest first; a server offers one challenge for each algorithm that it knows. */
  private static final List<String> ALGORITHMS = List.of("SHA-512-256", "SHA-256", "MD5");

  /** Made with the first answer. */
  private static final class Random {
    static final SecureRandom SOURCE = new SecureRandom();
  }

  private final Challenge challenge;
  private final String algorithm;
  private final MessageDigest digest;
  private final Charset charset;

  private DigestAuth(Challenge challenge, String algorithm) throws NoSuchAlgorithmException {
    this.challenge = challenge;
    this.algorithm = algorithm;
    this.digest =
        MessageDigest.getInstance(algorithm.equals("SHA-512-256") ? "SHA-512/256" : algorithm);
    boolean utf8 = "UTF-8".equalsIgnoreCase(challenge.parameter("charset"));
    this.charset = utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
  }

  /**
   * Returns the request with an answer to the strongest challenge.
   *
   * @param fields the values of the WWW-Authenticate fields
   * @return null if it has no credentials, cannot be sent again, or is asked for nothing we know
   */
  static HttpRequest answer(HttpRequest request, List<String> fields) {
    Credentials credentials = request.extras() == null ? null : request.extras().digest();
    if (credentials == null || !RequestWriter.isReplayable(request.body())) {
      return null;
    }
    List<Challenge> challenges = Challenge.parse(fields);
    for (String algorithm : ALGORITHMS) {
      for (Challenge each : challenges) {
        if (isAbout(each, algorithm)) {
          String value =
              valueOf(
                  each, algorithm, credentials, request.method(), request.url().target(), nonce());
          return request.toBuilder().setHeader(AUTHORIZATION, value).build();
        }
      }
    }
    return null;
  }

  private static boolean isAbout(Challenge challenge, String algorithm) {
    String asked = challenge.parameter("algorithm");
    String qop = challenge.parameter("qop");
    return challenge.isScheme("digest")
        && challenge.parameter("nonce") != null
        && withoutSession(asked == null ? "MD5" : asked).equalsIgnoreCase(algorithm)
        && (qop == null || offersAuth(qop));
  }

  private static boolean offersAuth(String qop) {
    for (String each : qop.split(",")) {
      if (each.trim().equalsIgnoreCase("auth")) {
        return true;
      }
    }
    return false;
  }

  private static String withoutSession(String algorithm) {
    return isSession(algorithm) ? algorithm.substring(0, algorithm.length() - 5) : algorithm;
  }

  private static boolean isSession(String algorithm) {
    return algorithm.toLowerCase(Locale.ROOT).endsWith("-sess");
  }

  private static String nonce() {
    byte[] bytes = new byte[16];
    Random.SOURCE.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The value of the Authorization field. */
  static String valueOf(
      Challenge challenge,
      String algorithm,
      Credentials credentials,
      String method,
      String target,
      String clientNonce) {
    try {
      return new DigestAuth(challenge, algorithm).value(credentials, method, target, clientNonce);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM lacks the algorithm " + algorithm, e);
    }
  }

  private String value(Credentials who, String method, String target, String clientNonce) {
    String realm = orEmpty(challenge.parameter("realm"));
    String nonce = challenge.parameter("nonce");
    String asked = challenge.parameter("algorithm");
    String a1 = hash(who.user() + ":" + realm + ":" + who.password());
    if (asked != null && isSession(asked)) {
      a1 = hash(a1 + ":" + nonce + ":" + clientNonce);
    }
    String a2 = hash(method + ":" + target);
    boolean qop = challenge.parameter("qop") != null;
    String response =
        qop
            ? hash(a1 + ":" + nonce + ":00000001:" + clientNonce + ":auth:" + a2)
            : hash(a1 + ":" + nonce + ":" + a2);
    boolean hidden = "true".equalsIgnoreCase(challenge.parameter("userhash"));
    StringBuilder value = new StringBuilder("Digest ");
    quoted(value, "username", hidden ? hash(who.user() + ":" + realm) : who.user());
    quoted(value.append(", "), "realm", realm);
    quoted(value.append(", "), "nonce", nonce);
    quoted(value.append(", "), "uri", target);
    quoted(value.append(", "), "response", response);
    if (asked != null) {
      value.append(", algorithm=").append(asked);
    }
    if (challenge.parameter("opaque") != null) {
      quoted(value.append(", "), "opaque", challenge.parameter("opaque"));
    }
    if (qop) {
      quoted(value.append(", qop=auth, nc=00000001, "), "cnonce", clientNonce);
    }
    return value.append(hidden ? ", userhash=true" : "").toString();
  }

  private static void quoted(StringBuilder out, String name, String value) {
    out.append(name).append("=\"");
    out.append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
  }

  private String hash(String text) {
    return HexFormat.of().formatHex(digest.digest(text.getBytes(charset)));
  }

  private static String orEmpty(String s) {
    return s == null ? "" : s;
  }

  @Override
  public String toString() {
    return "DigestAuth[" + algorithm + "]";
  }
}
