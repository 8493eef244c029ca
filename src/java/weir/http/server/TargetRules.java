package weir.http.server;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.NetUtil;

/**
 * Which targets and hosts a request may have. A proxy in front of us that reads another host than we do
 * would send a request, or its answer, to the wrong place.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-3.2">RFC 9112 §3.2</a>
 */
final class TargetRules {

  private static final int MAX_PORT = 65535;
  private static final int NO_PORT = -1;
  private static final int BAD_PORT = -2;

  /** Characters of a registered name (RFC 3986 §3.2.2). */
  private static final boolean[] IN_NAME = new boolean[128];

  static {
    for (int c = 0; c < IN_NAME.length; c++) {
      IN_NAME[c] = Character.isLetterOrDigit(c) || "-._~%!$&'()*+,;=".indexOf(c) >= 0;
    }
  }

  private TargetRules() {}

  /**
   * Returns whether target and host go together.
   *
   * @param host of the Host header, maybe empty
   */
  static boolean allow(HttpMethod method, String target, String host) {
    if (!isAuthority(host)) {
      return false;
    }
    if (method == HttpMethod.CONNECT) {
      return isAuthority(target) && port(target) >= 0 && sameConnect(target, host);
    }
    if (target.charAt(0) == '/') {
      return true;
    }
    return target.equals("*") ? method == HttpMethod.OPTIONS : allowAbsolute(target, host);
  }

  /** Some clients leave the port out of Host. */
  private static boolean sameConnect(String target, String host) {
    return host.isEmpty()
        || name(target).equalsIgnoreCase(name(host))
            && (port(host) == NO_PORT || port(host) == port(target));
  }

  private static boolean allowAbsolute(String target, String host) {
    int colon = target.indexOf("://");
    if (colon <= 0) {
      return false;
    }
    int start = colon + 3;
    int end = start;
    while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    String authority = target.substring(start, end);
    if (!isAuthority(authority) || name(authority).isEmpty()) {
      return false; // nor a user before the host (RFC 9110 §4.2.4)
    }
    int usual = colon == 5 && target.regionMatches(true, 0, "https", 0, 5) ? 443 : 80;
    return host.isEmpty()
        || name(authority).equalsIgnoreCase(name(host))
            && port(authority, usual) == port(host, usual);
  }

  /** Returns whether a text is {@code host[:port]}; the host may be empty. */
  private static boolean isAuthority(String text) {
    if (!text.isEmpty() && text.charAt(0) == '[') {
      int end = text.indexOf(']');
      return end > 0
          && NetUtil.isValidIpV6Address(text.substring(1, end))
          && (end + 1 == text.length() || text.charAt(end + 1) == ':' && hasPort(text, end + 1));
    }
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= IN_NAME.length || !IN_NAME[c]) {
        return c == ':' && hasPort(text, i);
      }
    }
    return true;
  }

  private static String name(String authority) {
    int colon = colon(authority);
    return colon < 0 ? authority : authority.substring(0, colon);
  }

  private static int port(String authority, int usual) {
    int port = port(authority);
    return port == NO_PORT ? usual : port;
  }

  private static boolean hasPort(String authority, int colon) {
    return port(authority, colon, NO_PORT) != BAD_PORT;
  }

  private static int port(String authority) {
    return port(authority, colon(authority), NO_PORT);
  }

  private static int port(String authority, int colon, int none) {
    if (colon < 0 || colon + 1 == authority.length()) {
      return none;
    }
    int port = 0;
    for (int i = colon + 1; i < authority.length(); i++) {
      int digit = authority.charAt(i) - '0';
      if (digit < 0 || digit > 9 || port > MAX_PORT) {
        return BAD_PORT;
      }
      port = port * 10 + digit;
    }
    return port > MAX_PORT ? BAD_PORT : port;
  }

  /** The first colon behind an address in brackets. */
  private static int colon(String authority) {
    return authority.indexOf(':', Math.max(0, authority.indexOf(']')));
  }
}
