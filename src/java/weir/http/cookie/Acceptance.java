package weir.http.cookie;

import java.util.function.Predicate;

/**
 * Decides whether a host may set a cookie, and for whom.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265#section-5.3">RFC 6265 §5.3</a>
 */
public final class Acceptance {

  private Acceptance() {}

  /**
   * Returns a cookie of a response as a jar keeps it: with its host or domain and its path.
   *
   * @param publicSuffix whether a domain, in lower case, is one that nobody may set cookies for
   * @return null if the host must not set this cookie
   */
  public static Cookie of(
      Cookie cookie,
      boolean secure,
      String host,
      String requestPath,
      Predicate<String> publicSuffix,
      long now) {
    String origin = Cookie.normalized(host);
    String domain = Cookie.normalized(cookie.domain());
    boolean hostOnly = domain.isEmpty();
    if (hostOnly) {
      domain = origin;
    } else if (!Cookie.matchesDomain(origin, domain)) {
      return null;
    } else if (publicSuffix.test(domain) || Cookie.isAddress(domain)) {
      if (!domain.equals(origin)) {
        return null;
      }
      hostOnly = true; // step 5: a suffix that is a host of its own keeps its cookies to itself
    }
    String path = cookie.path() == null ? defaultPath(requestPath) : cookie.path();
    boolean named = prefixAllows(cookie, secure, path);
    return named ? cookie.at(domain, hostOnly, path, now) : null;
  }

  /** Names may promise how a cookie was set; who cannot keep the promise is not believed. */
  private static boolean prefixAllows(Cookie cookie, boolean secure, String path) {
    if (cookie.name().startsWith("__Host-")) {
      return secure && cookie.secure() && cookie.domain() == null && path.equals("/");
    }
    return !cookie.name().startsWith("__Secure-") || (secure && cookie.secure());
  }

  /** The directory of the request (§5.1.4). */
  static String defaultPath(String requestPath) {
    int slash = requestPath == null ? -1 : requestPath.lastIndexOf('/');
    return slash <= 0 ? "/" : requestPath.substring(0, slash);
  }
}
