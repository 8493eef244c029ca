package weir.http.cookie;

import java.util.Locale;
import java.util.Objects;

/**
 * One cookie.
 *
 * @param name the name, in its case
 * @param value the value as it is sent; quotes belong to it
 * @param domain the domain as the server or the program gave it, or null; a leading dot means nothing
 * @param path the path, or null for all
 * @param maxAge how many seconds it lives from {@code created} on, or null for as long as the jar
 * @param hostOnly whether it goes to the host {@code domain} alone and not to those below it
 * @param created when it was set, in ms since 1970
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265#section-5.3">RFC 6265 §5.3</a>
 */
public record Cookie(
    String name,
    String value,
    String domain,
    String path,
    boolean httpOnly,
    boolean secure,
    Long maxAge,
    boolean hostOnly,
    long created) {

  /** Creates a cookie of a name and a value. */
  public Cookie {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
  }

  /** Returns the cookie with another domain, path and time of birth. */
  Cookie at(String newDomain, boolean newHostOnly, String newPath, long newCreated) {
    return new Cookie(
        name, value, newDomain, newPath, httpOnly, secure, maxAge, newHostOnly, newCreated);
  }

  /** Returns whether its time is over. */
  public boolean isExpired(long nowMillis) {
    // Seconds; in milliseconds a cookie of 200 s would be gone after 0.2 s.
    return maxAge != null && (maxAge <= 0 || (nowMillis - created) / 1000 >= maxAge);
  }

  /**
   * Returns whether a request carries it, expired or not.
   *
   * @param isSecure whether the request is protected by TLS
   * @param host the host of the request
   * @param requestPath the path of the request, without a query
   */
  public boolean matches(boolean isSecure, String host, String requestPath) {
    return (isSecure || !secure) && matchesHost(host) && matchesPath(requestPath, path);
  }

  private boolean matchesHost(String host) {
    return hostOnly ? normalized(host).equals(normalized(domain)) : matchesDomain(host, domain);
  }

  /**
   * Returns whether a host is a domain or one below it (RFC 6265 §5.1.3).
   *
   * @param domain null for any
   */
  public static boolean matchesDomain(String host, String domain) {
    if (domain == null || domain.isEmpty()) {
      return true;
    }
    String h = normalized(host);
    String d = normalized(domain);
    return h.equals(d)
        || (h.endsWith(d) && h.charAt(h.length() - d.length() - 1) == '.' && !isAddress(h));
  }

  /**
   * Returns whether a path is that of a cookie or one below it (RFC 6265 §5.1.4).
   *
   * @param cookiePath null for any
   */
  public static boolean matchesPath(String requestPath, String cookiePath) {
    if (cookiePath == null || cookiePath.isEmpty() || cookiePath.equals("/")) {
      return true;
    }
    String p = requestPath == null || requestPath.isEmpty() ? "/" : requestPath;
    return p.startsWith(cookiePath)
        && (p.length() == cookiePath.length()
            || cookiePath.endsWith("/")
            || p.charAt(cookiePath.length()) == '/');
  }

  /** A host or domain in lower case, without a dot at either end. */
  static String normalized(String host) {
    if (host == null) {
      return "";
    }
    int start = host.startsWith(".") ? 1 : 0;
    int end = host.length() - (host.length() > start && host.endsWith(".") ? 1 : 0);
    return host.substring(start, end).toLowerCase(Locale.ROOT);
  }

  /** Whether a host is an IP address, below which there are no others. */
  static boolean isAddress(String host) {
    return host.indexOf(':') >= 0
        || host.substring(host.lastIndexOf('.') + 1).chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
