package weir.http;

import clojure.lang.MapEntry;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** How header fields are read off the wire form: names in any case, repeated fields joined. */
final class WireHeaders {
  private static final String COOKIE = "cookie";

  private WireHeaders() {}

  /** The joined value of a field, or null. A field that occurs once costs no copy. */
  static String value(HttpHeaders headers, String name) {
    if (isPseudo(name)) {
      return null;
    }
    // DefaultHttpHeaders' iterator runs backwards, and that of other classes may not end: it is
    // good
    // for finding out whether there is more than one value, and only there.
    if (headers instanceof DefaultHttpHeaders) {
      Iterator<CharSequence> values =
          ((DefaultHttpHeaders) headers).valueCharSequenceIterator(name);
      if (!values.hasNext()) {
        return null;
      }
      CharSequence value = values.next();
      if (!values.hasNext()) {
        return value.toString();
      }
    }
    return join(name, headers.getAll(name));
  }

  static boolean contains(HttpHeaders headers, String name) {
    return !isPseudo(name) && headers.contains(name);
  }

  static List<String> all(HttpHeaders headers, String name) {
    return isPseudo(name) ? List.of() : List.copyOf(headers.getAll(name));
  }

  /** A map entry per distinct lower-case name, in the order of arrival. */
  static Object[] entries(HttpHeaders headers) {
    Set<String> names = new LinkedHashSet<>();
    Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
    while (fields.hasNext()) {
      String name = lowerCase(fields.next().getKey().toString());
      if (!isPseudo(name)) {
        names.add(name);
      }
    }
    Object[] entries = new Object[names.size()];
    int n = 0;
    for (String name : names) {
      entries[n++] = MapEntry.create(name, value(headers, name));
    }
    return entries;
  }

  /** Lower case by the root locale; the same object when it is lower case already. */
  static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String join(String name, List<String> values) {
    switch (values.size()) {
      case 0:
        return null;
      case 1:
        return values.get(0);
      default:
        return String.join(COOKIE.equalsIgnoreCase(name) ? "; " : ",", values);
    }
  }

  private static boolean isPseudo(String name) {
    return !name.isEmpty() && name.charAt(0) == ':';
  }
}
