package weir.http;

import clojure.lang.Named;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names and values in forms and queries: {@code a=1&b=2}.
 *
 * <p>Parameters are a map or a sequence of pairs. Names are strings, or keywords and symbols without
 * their namespace; values become text as {@code str} makes it. A sequence or set of values is one
 * parameter for each.
 *
 * @see <a href="https://url.spec.whatwg.org/#application/x-www-form-urlencoded">URL standard</a>
 */
public final class FormEncoding {

  /** How the name is written of a parameter with several values. */
  public enum Repeat {
    /** {@code a=1&a=2}. */
    PLAIN,
    /** {@code a[]=1&a[]=2}. */
    ARRAY,
    /** {@code a[0]=1&a[1]=2}. */
    INDEXED,
    /** {@code a=1%2C2}. */
    COMMA
  }

  private final Charset charset;
  private final Repeat repeat;
  private final boolean nested;
  private final StringBuilder out = new StringBuilder();

  private FormEncoding(Charset charset, Repeat repeat, boolean nested) {
    this.charset = charset;
    this.repeat = repeat;
    this.nested = nested;
  }

  /** Returns the text with a plus for a blank and escapes for all but letters, digits and .-*_ */
  public static String encode(String s, Charset charset) {
    return URLEncoder.encode(s, charset);
  }

  /**
   * Returns what {@link #encode(String, Charset)} was given.
   *
   * @throws IllegalArgumentException if there is an escape that is none
   */
  public static String decode(String s, Charset charset) {
    return URLDecoder.decode(s, charset);
  }

  /** Returns {@code name=value}, both encoded. */
  public static String pair(String name, String value, Charset charset) {
    return encode(name, charset) + "=" + encode(value, charset);
  }

  /**
   * Returns all parameters.
   *
   * @param params a map, or a sequence of pairs; null is empty
   * @param nested whether the entries of a map {@code {:a {:b 1}}} become {@code a[b]=1}
   * @throws IllegalArgumentException if it is neither
   */
  public static String encode(Object params, Charset charset, Repeat repeat, boolean nested) {
    FormEncoding encoding = new FormEncoding(charset, repeat, nested);
    encoding.addAll(params);
    return encoding.out.toString();
  }

  private void addAll(Object params) {
    if (params instanceof Map<?, ?> map) {
      map.forEach((name, value) -> add(name(name), value));
    } else if (params instanceof Iterable<?> pairs) {
      for (Object pair : pairs) {
        if (!(pair instanceof List<?> list) || list.size() != 2) {
          throw new IllegalArgumentException(
              "parameter " + pair + " (expected: a pair of a name and a value)");
        }
        add(name(list.get(0)), list.get(1));
      }
    } else if (params != null) {
      throw new IllegalArgumentException(
          "parameters of " + params.getClass() + " (expected: a map, or a sequence of pairs)");
    }
  }

  /** Returns the parameters with {@code a[b]} for each entry of a map {@code {:a {:b 1}}}. */
  public static Map<Object, Object> flatten(Map<?, ?> params) {
    Map<Object, Object> flat = new LinkedHashMap<>();
    params.forEach((name, value) -> flatten(name, value, flat));
    return flat;
  }

  private static void flatten(Object name, Object value, Map<Object, Object> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> flatten(name(name) + "[" + name(key) + "]", inner, into));
    } else {
      into.put(name, value);
    }
  }

  private void add(String name, Object value) {
    if (nested && value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> add(name + "[" + name(key) + "]", inner));
    } else if (value instanceof List<?> || value instanceof Set<?>) {
      addEach(name, (Iterable<?>) value);
    } else {
      append(encode(name, charset), text(value));
    }
  }

  /** Returns what follows the name of a parameter's value at an index. */
  public static String suffix(int index, Repeat repeat) {
    return switch (repeat) {
      case ARRAY -> "[]";
      case INDEXED -> "[" + index + "]";
      case PLAIN, COMMA -> "";
    };
  }

  private void addEach(String name, Iterable<?> values) {
    String encoded = encode(name, charset);
    if (repeat == Repeat.COMMA) {
      StringBuilder all = new StringBuilder();
      for (Object each : values) {
        all.append(all.length() == 0 ? "" : ",").append(text(each));
      }
      append(encoded, all.toString());
      return;
    }
    int index = 0;
    for (Object each : values) {
      append(encoded + suffix(index++, repeat), text(each));
    }
  }

  private void append(String encodedName, String value) {
    out.append(out.length() == 0 ? "" : "&").append(encodedName).append('=');
    out.append(encode(value, charset));
  }

  private static String name(Object key) {
    return key instanceof Named named ? named.getName() : text(key);
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }
}
