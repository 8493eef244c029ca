package weir.http;

/** Splits {@code host[:port]}, the form of the {@code Host} header and of {@code :authority}. */
final class Authority {
  private static final int MAX_PORT = 65535;

  private Authority() {}

  /** The host as written, an IPv6 literal with its brackets; maybe empty. */
  static String host(String authority) {
    int colon = portColon(authority);
    return colon < 0 ? authority : authority.substring(0, colon);
  }

  /** The port, or the default when there is none or none that a socket could have. */
  static int port(String authority, int defaultPort) {
    int colon = portColon(authority);
    if (colon < 0 || colon + 1 == authority.length()) {
      return defaultPort;
    }
    int port = 0;
    for (int i = colon + 1; i < authority.length(); i++) {
      int digit = authority.charAt(i) - '0';
      if (digit < 0 || digit > 9 || port > MAX_PORT) {
        return defaultPort;
      }
      port = port * 10 + digit;
    }
    return port > MAX_PORT ? defaultPort : port;
  }

  /** The colon before the port: the last one, unless it stands within an IPv6 literal. */
  private static int portColon(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? colon : -1;
  }
}
