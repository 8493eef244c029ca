package weir.http;

import clojure.lang.Named;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The name of a header field on its way out: how it is written, and whether the writer of a message
 * must know it. Names are spelled with one capital letter after each hyphen.
 */
public final class HeaderName {

  /** Fields that the writer of a message treats in a way of its own. */
  public enum Role {
    /** A field without a meaning of its own. */
    PLAIN,
    /** Framing: how long the body is. */
    CONTENT_LENGTH,
    /** Framing: that the body is chunked. */
    TRANSFER_ENCODING,
    /** Whether the connection stays open. */
    CONNECTION,
    /** When the message was made. */
    DATE,
    /** Who has answered. */
    SERVER,
    /** What the body is. */
    CONTENT_TYPE,
    /** Where a redirect leads. */
    LOCATION,
    /** What decides whether and how the body is encoded, or tells it. */
    NEGOTIATION,
    /** Whom a request is for. */
    HOST,
    /** What a client wants to hear before it sends the body. */
    EXPECT
  }

  /** More names than any sane program uses; beyond it they are just not remembered. */
  private static final int MAX_CACHED = 1024;

  private static final Map<String, HeaderName> CACHE = new ConcurrentHashMap<>();

  /** RFC 9110 §7.6.1, RFC 9113 §8.2.2. */
  private static final Set<String> OF_CONNECTION =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  /** Names whose usual spelling is not one capital letter after each hyphen. */
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("content-md5", "Content-MD5"),
          Map.entry("etag", "ETag"),
          Map.entry("www-authenticate", "WWW-Authenticate"),
          Map.entry("x-xss-protection", "X-XSS-Protection"),
          Map.entry("x-webkit-csp", "X-WebKit-CSP"),
          Map.entry("x-ua-compatible", "X-UA-Compatible"),
          Map.entry("x-att-deviceid", "X-ATT-DeviceId"),
          Map.entry("dnt", "DNT"),
          Map.entry("p3p", "P3P"),
          Map.entry("te", "TE"));

  private final String name;
  private final byte[] line;
  private final byte[] givenLine;
  private final byte[] lowerLine;
  private final AsciiString lower;
  private final boolean ofConnection;
  private final Role role;

  private HeaderName(String given) {
    String small = given.toLowerCase(Locale.ROOT);
    this.name = spell(small);
    this.line = lineOf(name);
    this.givenLine = given.equals(name) ? line : lineOf(given);
    this.lowerLine = lineOf(small);
    this.lower = AsciiString.cached(small);
    this.ofConnection = OF_CONNECTION.contains(small);
    this.role = roleOf(small);
  }

  /**
   * Returns the header of that name.
   *
   * @param key a string, keyword or symbol
   * @throws IllegalArgumentException if the key has no name or is not a token (RFC 9110 §5.1)
   */
  public static HeaderName of(Object key) {
    String given = nameOf(key);
    HeaderName known = CACHE.get(given);
    if (known != null) {
      return known;
    }
    checkToken("header name", given);
    HeaderName made = new HeaderName(given);
    if (CACHE.size() < MAX_CACHED) {
      CACHE.put(given, made);
    }
    return made;
  }

  /** Returns the name as it is written. */
  public String name() {
    return name;
  }

  /** Returns the name, a colon and a space; not to be changed. */
  public byte[] line() {
    return line;
  }

  /** Returns the same in another spelling; not to be changed. */
  public byte[] line(HeaderCase spelling) {
    return switch (spelling) {
      case TITLE -> line;
      case AS_GIVEN -> givenLine;
      case LOWER -> lowerLine;
    };
  }

  /** Returns the name in lower case, as HTTP/2 wants it. */
  public AsciiString lower() {
    return lower;
  }

  /** Returns whether the field speaks of an HTTP/1 connection: other versions do not have it. */
  public boolean isOfConnection() {
    return ofConnection;
  }

  private static byte[] lineOf(String name) {
    return (name + ": ").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns what the writer of a message must know of it. */
  public Role role() {
    return role;
  }

  private static String nameOf(Object key) {
    if (key instanceof String s) {
      return s;
    }
    if (key instanceof Named named) {
      return named.getName();
    }
    throw new IllegalArgumentException(
        "header name " + key + " (expected: a string, keyword or symbol)");
  }

  /**
   * Checks that a text is a token (RFC 9110 §5.6.2).
   *
   * @param what stands in the message for what the token is
   * @throws IllegalArgumentException if it is none
   */
  public static void checkToken(String what, String token) {
    if (!isToken(token)) {
      throw new IllegalArgumentException(
          what + " \"" + token + "\" (expected: a token of RFC 9110 §5.6.2)");
    }
  }

  /** Returns whether a text is a token (RFC 9110 §5.6.2). */
  public static boolean isToken(String text) {
    boolean ok = !text.isEmpty();
    for (int i = 0; ok && i < text.length(); i++) {
      char c = text.charAt(i);
      ok = c > 0x20 && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }
    return ok;
  }

  private static String spell(String lower) {
    String irregular = IRREGULAR.get(lower);
    if (irregular != null) {
      return irregular;
    }
    StringBuilder spelled = new StringBuilder(lower);
    for (int i = 0; i < lower.length(); i++) {
      if (i == 0 || lower.charAt(i - 1) == '-') {
        spelled.setCharAt(i, Character.toUpperCase(lower.charAt(i)));
      }
    }
    return spelled.toString();
  }

  private static Role roleOf(String lower) {
    return switch (lower) {
      case "content-length" -> Role.CONTENT_LENGTH;
      case "transfer-encoding" -> Role.TRANSFER_ENCODING;
      case "connection" -> Role.CONNECTION;
      case "date" -> Role.DATE;
      case "server" -> Role.SERVER;
      case "content-type" -> Role.CONTENT_TYPE;
      case "location" -> Role.LOCATION;
      case "content-encoding", "content-range", "cache-control", "etag", "vary" -> Role.NEGOTIATION;
      case "host" -> Role.HOST;
      case "expect" -> Role.EXPECT;
      default -> Role.PLAIN;
    };
  }
}
