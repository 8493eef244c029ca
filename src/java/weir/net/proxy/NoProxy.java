package weir.net.proxy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Hosts that are reached without the proxy: names, {@code .domain} or {@code *.domain} for all below
 * one, {@code *} for all, each with a port or without.
 */
public final class NoProxy {

  /** No host at all. */
  public static final NoProxy NONE = new NoProxy(List.of());

  private final List<String> patterns;

  private NoProxy(List<String> patterns) {
    this.patterns = patterns;
  }

  /** Returns the hosts of these patterns. */
  public static NoProxy of(Collection<String> patterns) {
    List<String> all = new ArrayList<>();
    for (String pattern : patterns) {
      String p = pattern.trim().toLowerCase(Locale.ROOT);
      if (!p.isEmpty()) {
        all.add(p.startsWith("*.") ? p.substring(1) : p);
      }
    }
    return all.isEmpty() ? NONE : new NoProxy(all);
  }

  /** Returns the hosts of a list with commas, as the variable NO_PROXY has it; null is none. */
  public static NoProxy parse(String list) {
    return list == null ? NONE : of(List.of(list.split("[,\\s]+")));
  }

  /** Returns the hosts of NO_PROXY, or no_proxy, in this process' environment. */
  public static NoProxy ofEnvironment() {
    String list = System.getenv("NO_PROXY");
    return parse(list == null ? System.getenv("no_proxy") : list);
  }

  /** Returns whether a host is reached without the proxy. */
  public boolean matches(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT);
    for (String pattern : patterns) {
      String p = withoutPort(pattern, port);
      if (p != null && (p.equals("*") || p.equals(name) || isBelow(name, p))) {
        return true;
      }
    }
    return false;
  }

  private static String withoutPort(String pattern, int port) {
    int colon = pattern.lastIndexOf(':');
    if (colon < 0 || pattern.indexOf(':') != colon) {
      return pattern; // none, or an IPv6 address
    }
    return pattern.substring(colon + 1).equals(String.valueOf(port))
        ? pattern.substring(0, colon)
        : null;
  }

  /** As curl has it, {@code example.com} also stands for all below it. */
  private static boolean isBelow(String name, String domain) {
    return domain.startsWith(".")
        ? name.endsWith(domain) || name.equals(domain.substring(1))
        : name.endsWith("." + domain);
  }
}
