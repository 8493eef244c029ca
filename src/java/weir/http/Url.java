package weir.http;

import java.net.IDN;
import java.net.MalformedURLException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An absolute {@code http} or {@code https} URL, in the form in which it is requested.
 *
 * <p>Characters that must not stand in a path or query are percent-encoded as UTF-8; escapes that are
 * there already stay. The fragment is dropped. Nothing else is normalized.
 */
public final class Url {
  private static final String SUB_DELIMITERS = "-._~!$&'()*+,;=:@/%?";
  private static final boolean[] ALLOWED = new boolean[128];
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  static {
    for (char c = 0; c < ALLOWED.length; c++) {
      ALLOWED[c] =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || SUB_DELIMITERS.indexOf(c) >= 0;
    }
  }

  private final boolean secure;
  private final String host;
  private final int port;
  private final String path;
  private final String query;
  private final String userInfo;

  private Url(boolean secure, String host, int port, String path, String query, String userInfo) {
    this.secure = secure;
    this.host = host;
    this.port = port;
    this.path = path;
    this.query = query;
    this.userInfo = userInfo;
  }

  /**
   * Creates a URL of its parts.
   *
   * @param secure whether the scheme is https
   * @param host a name or an address, an IPv6 one with or without brackets
   * @param port the port, or -1 for the scheme's
   * @param path the path; null and empty are {@code /}
   * @param query the query without its question mark, or null
   * @throws IllegalArgumentException if the host cannot be one
   */
  public static Url of(boolean secure, String host, int port, String path, String query) {
    String p = path == null || path.isEmpty() ? "/" : encodeIllegal(path);
    return new Url(
        secure, asciiHost(host), port, p, query == null ? null : encodeIllegal(query), null);
  }

  /**
   * Parses an absolute URL.
   *
   * @throws MalformedURLException if there is no scheme, no host or no valid port, or if the scheme
   *     is neither http nor https
   */
  public static Url parse(String url) throws MalformedURLException {
    int colon = url.indexOf(':');
    if (colon <= 0 || !isScheme(url, colon)) {
      throw new MalformedURLException("no protocol: " + url);
    }
    boolean secure = isSecure(url.substring(0, colon), url);
    if (!url.startsWith("//", colon + 1)) {
      throw new MalformedURLException("no host: " + url);
    }
    int start = colon + 3;
    int end = indexOfAny(url, start, "/?#\\");
    return withAuthority(secure, url, start, end);
  }

  private static Url withAuthority(boolean secure, String url, int start, int end)
      throws MalformedURLException {
    int at = url.lastIndexOf('@', end - 1);
    String userInfo = at < start ? null : decode(url.substring(start, at));
    String authority = url.substring(at < start ? start : at + 1, end);
    String host = Authority.host(authority);
    if (host.isEmpty() || host.equals("[]")) {
      throw new MalformedURLException("no host: " + url);
    }
    int port = portOf(authority, host, url);
    String rest = withoutFragment(url, end);
    int mark = rest.indexOf('?');
    String path = encodeIllegal(mark < 0 ? rest : rest.substring(0, mark));
    String query = mark < 0 ? null : encodeIllegal(rest.substring(mark + 1));
    try {
      return new Url(secure, asciiHost(host), port, path.isEmpty() ? "/" : path, query, userInfo);
    } catch (IllegalArgumentException e) {
      throw new MalformedURLException(e.getMessage());
    }
  }

  private static boolean isSecure(String scheme, String url) throws MalformedURLException {
    if (scheme.equalsIgnoreCase("http")) {
      return false;
    }
    if (scheme.equalsIgnoreCase("https")) {
      return true;
    }
    throw new MalformedURLException(
        "unknown protocol: " + scheme + " (expected: http or https) in " + url);
  }

  private static boolean isScheme(String url, int end) {
    for (int i = 0; i < end; i++) {
      char c = url.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))) {
        return false;
      }
    }
    return true;
  }

  private static int portOf(String authority, String host, String url)
      throws MalformedURLException {
    if (authority.length() <= host.length() + 1) {
      return -1;
    }
    int port = Authority.port(authority, -1);
    if (port < 0) {
      throw new MalformedURLException("invalid port: " + url + " (expected: 0-65535)");
    }
    return port;
  }

  private static String withoutFragment(String url, int start) {
    int hash = url.indexOf('#', start);
    return url.substring(start, hash < 0 ? url.length() : hash);
  }

  private static int indexOfAny(String s, int from, String stops) {
    for (int i = from; i < s.length(); i++) {
      if (stops.indexOf(s.charAt(i)) >= 0) {
        return i;
      }
    }
    return s.length();
  }

  private static String asciiHost(String host) {
    if (isPlainHost(host)) {
      return host;
    }
    String ascii = host.startsWith("[") ? host : "[" + host + "]";
    if (host.indexOf(':') < 0) {
      ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
    }
    ascii = ascii.toLowerCase(Locale.ROOT);
    for (int i = 0; i < ascii.length(); i++) {
      char c = ascii.charAt(i);
      if (c <= ' ' || c >= 127 || "\"<>\\^`{|}/?#@,".indexOf(c) >= 0) {
        throw new IllegalArgumentException("invalid host: " + host);
      }
    }
    return ascii;
  }

  private static boolean isPlainHost(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')) {
        return false;
      }
    }
    return !host.isEmpty();
  }

  /**
   * Returns the text with each character percent-encoded that may not stand in a path or a query;
   * the same object when there is none.
   */
  public static String encodeIllegal(String s) {
    for (int i = 0; i < s.length(); i++) {
      if (!isAllowed(s.charAt(i))) {
        return encodeFrom(s, i);
      }
    }
    return s;
  }

  private static boolean isAllowed(char c) {
    return c < 128 && ALLOWED[c];
  }

  private static String encodeFrom(String s, int first) {
    StringBuilder encoded = new StringBuilder(s.length() + 16).append(s, 0, first);
    for (int i = first; i < s.length(); ) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      if (c < 128 && ALLOWED[c]) {
        encoded.append((char) c);
      } else {
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          encoded.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
        }
      }
    }
    return encoded.toString();
  }

  /** Decodes percent escapes as UTF-8; what is no escape stays as it is. */
  private static String decode(String s) {
    if (s.indexOf('%') < 0) {
      return s;
    }
    byte[] from = s.getBytes(StandardCharsets.UTF_8);
    byte[] to = new byte[from.length];
    int n = 0;
    for (int i = 0; i < from.length; i++) {
      int high = from[i] == '%' && i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(from[i + 2], 16);
      if (low >= 0) {
        to[n++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        to[n++] = from[i];
      }
    }
    return new String(to, 0, n, StandardCharsets.UTF_8);
  }

  /**
   * Resolves a reference, such as the value of a {@code Location} field, against this URL.
   *
   * @throws MalformedURLException if what comes out is not an http or https URL
   * @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-5.2">RFC 3986 §5.2</a>
   */
  public Url resolve(String reference) throws MalformedURLException {
    String ref = reference.trim();
    int colon = ref.indexOf(':');
    int delimiter = indexOfAny(ref, 0, "/?#");
    if (colon > 0 && colon < delimiter && isScheme(ref, colon)) {
      return parse(ref);
    }
    if (ref.startsWith("//")) {
      return parse(scheme() + ":" + ref);
    }
    String rest = withoutFragment(ref, 0);
    int mark = rest.indexOf('?');
    String p = mark < 0 ? rest : rest.substring(0, mark);
    String q = mark < 0 ? null : rest.substring(mark + 1);
    if (p.isEmpty()) {
      return with(path, q == null ? query : q);
    }
    String base = p.startsWith("/") ? "" : path.substring(0, path.lastIndexOf('/') + 1);
    return with(withoutDots(base + p), q);
  }

  private Url with(String newPath, String newQuery) {
    String q = newQuery == null ? null : encodeIllegal(newQuery);
    return new Url(secure, host, port, encodeIllegal(newPath), q, null);
  }

  /** Removes the segments {@code .} and {@code ..} (RFC 3986 §5.2.4). */
  private static String withoutDots(String p) {
    if (!p.contains("/.")) {
      return p;
    }
    StringBuilder out = new StringBuilder(p.length());
    for (int i = 0; i < p.length(); ) {
      int end = p.indexOf('/', i + 1);
      end = end < 0 ? p.length() : end;
      String segment = p.substring(i, end);
      boolean last = end == p.length();
      if (segment.equals("/..")) {
        out.setLength(Math.max(0, out.lastIndexOf("/")));
        out.append(last ? "/" : "");
      } else if (segment.equals("/.")) {
        out.append(last ? "/" : "");
      } else {
        out.append(segment);
      }
      i = end;
    }
    return out.length() == 0 ? "/" : out.toString();
  }

  /** Returns this URL with more at the end of its query. */
  public Url withMoreQuery(String more) {
    String q = query == null || query.isEmpty() ? more : query + "&" + more;
    return new Url(secure, host, port, path, q, userInfo);
  }

  /** Returns whether the scheme is https. */
  public boolean isSecure() {
    return secure;
  }

  /** Returns {@code http} or {@code https}. */
  public String scheme() {
    return secure ? "https" : "http";
  }

  /** Returns the host in ASCII and lower case, an IPv6 address in brackets. */
  public String host() {
    return host;
  }

  /** Returns the port as written, or -1 when there is none. */
  public int port() {
    return port;
  }

  /** Returns the port to connect to. */
  public int effectivePort() {
    return port >= 0 ? port : secure ? 443 : 80;
  }

  /** Returns the path, which is never empty. */
  public String path() {
    return path;
  }

  /** Returns the query without its question mark, or null. */
  public String query() {
    return query;
  }

  /** Returns what stands before the {@code @} of the authority, decoded, or null. */
  public String userInfo() {
    return userInfo;
  }

  /** Returns the path with the query: the target of a request in origin form. */
  public String target() {
    return query == null ? path : path + "?" + query;
  }

  /** Returns the value of a {@code Host} field: the port only if it is not the scheme's. */
  public String authority() {
    return effectivePort() == (secure ? 443 : 80) ? host : host + ":" + port;
  }

  /** Returns whether both have the same scheme, host and port. */
  public boolean isSameOrigin(Url other) {
    return secure == other.secure
        && effectivePort() == other.effectivePort()
        && host.equals(other.host);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Url u && toString().equals(u.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** Returns the URL without its user info, which is nothing for logs. */
  @Override
  public String toString() {
    return scheme() + "://" + host + (port < 0 ? "" : ":" + port) + target();
  }
}
