package weir.http.server;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import weir.http.Endpoints;
import weir.net.AddressRanges;

/**
 * What proxies that we trust say of the client: from the nearest proxy outwards each hop is believed
 * while the address it names is a proxy that we trust, too. So nothing that the client itself has
 * written counts.
 *
 * @param endpoints our address, and that of the client
 * @param scheme {@code http}, {@code https}, or null if no proxy has said it
 * @param host the authority that the client has asked for, or null
 */
record Forwarded(Endpoints endpoints, String scheme, String host) {

  /** The headers that a proxy writes. One kind counts: the other is the client's, passed on. */
  enum Kind {
    /** X-Forwarded-For, -Proto and -Host. */
    X_FORWARDED,
    /** Forwarded, of RFC 7239. */
    STANDARD
  }

  private record Hop(String address, String scheme, String host) {}

  /** Reads the headers of a request whose peer is trusted. */
  static Forwarded of(HttpHeaders headers, Endpoints peer, AddressRanges trusted, Kind kind) {
    List<Hop> hops = kind == Kind.STANDARD ? standard(headers) : xForwarded(headers);
    Endpoints client = peer;
    Hop believed = null;
    for (int i = hops.size() - 1; i >= 0; i--) {
      Hop hop = hops.get(i);
      believed = hop;
      InetSocketAddress address = hop.address == null ? null : parse(hop.address);
      if (address == null) {
        break; // unknown or hidden (RFC 7239 §6.2, §6.3): the proxy is the best we know
      }
      client = new Endpoints(peer.local(), address);
      if (!trusted.contains(address)) {
        break;
      }
    }
    return believed == null
        ? new Forwarded(peer, null, null)
        : new Forwarded(client, scheme(believed.scheme), host(believed.host));
  }

  private static String scheme(String given) {
    String scheme = given == null ? "" : given.toLowerCase(Locale.ROOT);
    return scheme.equals("https") || scheme.equals("http") ? scheme : null;
  }

  private static String host(String given) {
    return given == null || given.isEmpty() ? null : given;
  }

  /** Reads {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1} or {@code [2001:db8::1]:80}. */
  private static InetSocketAddress parse(String node) {
    String ip = node;
    int port = 0;
    int bracket = node.lastIndexOf(']');
    int colon = node.lastIndexOf(':');
    if (colon > bracket && (bracket > 0 || node.indexOf(':') == colon)) {
      ip = node.substring(0, colon);
      port = port(node.substring(colon + 1));
    }
    if (ip.startsWith("[") && ip.endsWith("]")) {
      ip = ip.substring(1, ip.length() - 1);
    }
    return AddressRanges.socketAddress(ip, port);
  }

  /** A port may be hidden, too. */
  private static int port(String text) {
    if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    int port = Integer.parseInt(text);
    return port > 65535 ? 0 : port;
  }

  // ---- X-Forwarded-*

  private static List<Hop> xForwarded(HttpHeaders headers) {
    List<String> addresses = list(headers, "x-forwarded-for");
    List<String> schemes = list(headers, "x-forwarded-proto");
    List<String> hosts = list(headers, "x-forwarded-host");
    List<Hop> hops = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      hops.add(new Hop(addresses.get(i), at(schemes, i, addresses), at(hosts, i, addresses)));
    }
    if (hops.isEmpty() && !(schemes.isEmpty() && hosts.isEmpty())) {
      hops.add(new Hop(null, last(schemes), last(hosts)));
    }
    return hops;
  }

  /** Most proxies set one value; only where each has added its own does the place tell whose it is. */
  private static String at(List<String> values, int i, List<String> addresses) {
    return values.size() == addresses.size() ? values.get(i) : last(values);
  }

  private static String last(List<String> values) {
    return values.isEmpty() ? null : values.get(values.size() - 1);
  }

  private static List<String> list(HttpHeaders headers, String name) {
    List<String> values = new ArrayList<>();
    for (String line : headers.getAll(name)) {
      for (String value : line.split(",")) {
        values.add(value.trim());
      }
    }
    return values;
  }

  // ---- Forwarded (RFC 7239 §4)

  private static List<Hop> standard(HttpHeaders headers) {
    List<Hop> hops = new ArrayList<>();
    for (String line : headers.getAll("forwarded")) {
      for (String element : split(line, ',')) {
        hops.add(hop(element));
      }
    }
    return hops;
  }

  private static Hop hop(String element) {
    String address = null;
    String scheme = null;
    String host = null;
    for (String pair : split(element, ';')) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? "" : pair.substring(0, equals).trim().toLowerCase(Locale.ROOT);
      String value = unquoted(pair.substring(equals + 1).trim());
      switch (name) {
        case "for" -> address = value;
        case "proto" -> scheme = value;
        case "host" -> host = value;
        default -> {} // "by", and extensions
      }
    }
    return new Hop(address, scheme, host);
  }

  /** Splits outside of quoted strings. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static String unquoted(String value) {
    if (value.length() < 2 || value.charAt(0) != '"' || !value.endsWith("\"")) {
      return value;
    }
    return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
  }
}
