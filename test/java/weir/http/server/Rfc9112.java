package weir.http.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads a connection's bytes as RFC 9112 has it, strictly: the judge of the fuzz test. It shares no
 * code with the server.
 */
final class Rfc9112 {

  private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");
  private static final Pattern TARGET = Pattern.compile("[\\x21-\\x7e\\x80-\\xff]+");
  private static final Pattern VERSION = Pattern.compile("HTTP/1\\.[0-9]");
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern CHUNK_SIZE =
      Pattern.compile("([0-9A-Fa-f]{1,7})([ \\t]*;[\\t\\x20-\\x7e\\x80-\\xff]*)?");

  /** A request that can be served. */
  record Request(String method, String target, byte[] body, boolean last, boolean bodiless) {

    private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][-A-Za-z0-9+.]*://[^/?]*");

    /** The target without scheme and authority, if it has them (§3.2.2). */
    String pathAndQuery() {
      var absolute = ABSOLUTE.matcher(target);
      boolean isAbsolute = absolute.lookingAt();
      String rest = isAbsolute ? target.substring(absolute.end()) : target;
      return rest.startsWith("?") || isAbsolute && rest.isEmpty() ? "/" + rest : rest;
    }
  }

  private final String bytes;
  private int at;

  private Rfc9112(byte[] bytes) {
    this.bytes = new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Returns the requests in {@code bytes} up to the first that is malformed or incomplete. */
  static List<Request> requests(byte[] bytes) {
    Rfc9112 reader = new Rfc9112(bytes);
    List<Request> found = new ArrayList<>();
    try {
      while (true) {
        Request request = reader.request();
        found.add(request);
        if (request.last()) {
          return found;
        }
      }
    } catch (Bad end) {
      return found;
    }
  }

  private Request request() throws Bad {
    while (bytes.startsWith("\r", at) || bytes.startsWith("\n", at)) {
      at++; // §2.2: empty lines before a request are ignored, and here a LF alone may end one
    }
    String[] parts = line().split(" ", -1);
    check(parts.length == 3);
    check(TOKEN.matcher(parts[0]).matches());
    check(TARGET.matcher(parts[1]).matches());
    check(VERSION.matcher(parts[2]).matches());
    List<String[]> fields = fields();
    boolean old = parts[2].equals("HTTP/1.0");
    check(old || values(fields, "host").size() == 1);
    byte[] body = body(fields, old);
    List<String> connection = tokens(values(fields, "connection"));
    boolean last = connection.contains("close") || old && !connection.contains("keep-alive");
    return new Request(parts[0], parts[1], body, last, parts[0].equals("HEAD"));
  }

  private List<String[]> fields() throws Bad {
    List<String[]> fields = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      check(colon > 0);
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1);
      check(TOKEN.matcher(name).matches());
      check(VALUE.matcher(value).matches());
      fields.add(new String[] {name.toLowerCase(Locale.ROOT), value.trim()});
    }
    return fields;
  }

  private byte[] body(List<String[]> fields, boolean old) throws Bad {
    List<String> codings = values(fields, "transfer-encoding");
    List<String> lengths = values(fields, "content-length");
    if (!codings.isEmpty()) {
      check(lengths.isEmpty() && !old && codings.size() == 1);
      check(codings.get(0).equalsIgnoreCase("chunked"));
      return chunks();
    }
    if (lengths.isEmpty()) {
      return new byte[0];
    }
    check(lengths.size() == 1 && LENGTH.matcher(lengths.get(0)).matches());
    return exactly(Long.parseLong(lengths.get(0)));
  }

  private byte[] chunks() throws Bad {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      var size = CHUNK_SIZE.matcher(line());
      check(size.matches());
      int n = Integer.parseInt(size.group(1), 16);
      if (n == 0) {
        fields();
        return body.toByteArray();
      }
      body.writeBytes(exactly(n));
      check(line().isEmpty());
    }
  }

  private byte[] exactly(long n) throws Bad {
    check(n <= bytes.length() - at);
    String found = bytes.substring(at, at + (int) n);
    at += (int) n;
    return found.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A line ends with CR LF, and neither stands anywhere else. */
  private String line() throws Bad {
    int end = bytes.indexOf("\r\n", at);
    check(end >= 0);
    String line = bytes.substring(at, end);
    check(line.indexOf('\r') < 0 && line.indexOf('\n') < 0);
    at = end + 2;
    return line;
  }

  private static List<String> values(List<String[]> fields, String name) {
    return fields.stream().filter(f -> f[0].equals(name)).map(f -> f[1]).toList();
  }

  private static List<String> tokens(List<String> values) {
    return values.stream()
        .flatMap(v -> List.of(v.split(",")).stream())
        .map(t -> t.trim().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static void check(boolean holds) throws Bad {
    if (!holds) {
      throw new Bad();
    }
  }

  /** Malformed, or not all there. */
  private static final class Bad extends Exception {
    Bad() {
      super(null, null, false, false);
    }
  }
}
