package weir.http.client;

import static weir.options.Options.illegal;

import clojure.lang.Keyword;
import clojure.lang.Named;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import weir.http.ContentType;
import weir.http.FormEncoding;

/** The parameters of a request map: in its query, and as its body. */
public final class RequestParams {

  static final Keyword QUERY_PARAMS = Keyword.intern("query-params");
  static final Keyword FORM_PARAMS = Keyword.intern("form-params");
  private static final Keyword STYLE = Keyword.intern("multi-param-style");
  private static final Keyword CONTENT_TYPE = Keyword.intern("content-type");
  private static final Keyword FORM_ENCODING = Keyword.intern("form-param-encoding");
  private static final Keyword FLATTEN = Keyword.intern("flatten-nested-keys");

  private RequestParams() {}

  /** Returns {@code :query-params} as part of a query, or null if there are none. */
  public static String query(Map<?, ?> request) {
    Object params = request.get(QUERY_PARAMS);
    if (params == null) {
      return null;
    }
    String label = ContentType.charset(contentType(request.get(CONTENT_TYPE)));
    return FormEncoding.encode(params, charset(label), repeat(request), flattensQuery(request));
  }

  /** Returns {@code :form-params} as a form. */
  public static String form(Map<?, ?> request) {
    Charset charset = charset((String) request.get(FORM_ENCODING));
    return FormEncoding.encode(
        request.get(FORM_PARAMS), charset, repeat(request), flattensForm(request));
  }

  /** Returns whether a request of that method sends its {@code :form-params}. */
  public static boolean isSentBy(String method) {
    return switch (method.toUpperCase(Locale.ROOT)) {
      case "POST", "PUT", "PATCH", "DELETE" -> true;
      default -> false;
    };
  }

  /** Returns whether the form is one of names and values, not of another format. */
  public static boolean isUrlEncoded(Map<?, ?> request) {
    Object type = request.get(CONTENT_TYPE);
    if (type == null) {
      return true;
    }
    String name = type instanceof Keyword k ? k.getName() : String.valueOf(type);
    return name.equals("x-www-form-urlencoded")
        || (type instanceof String && name.equals("application/x-www-form-urlencoded"));
  }

  /** Returns the value of a content-type header: a keyword is a kind of application. */
  public static String contentType(Object type) {
    if (type instanceof Keyword k) {
      return "application/" + k.getName();
    }
    return type == null ? null : String.valueOf(type);
  }

  /** Returns the charset of that name, UTF-8 for null. */
  public static Charset charset(String label) {
    return label == null ? StandardCharsets.UTF_8 : Charset.forName(label);
  }

  /** Returns how parameters of several values are written. */
  public static FormEncoding.Repeat repeat(Object style) {
    String name = style instanceof Named named ? named.getName() : "";
    return style == null
        ? FormEncoding.Repeat.PLAIN
        : switch (name) {
          case "default" -> FormEncoding.Repeat.PLAIN;
          case "array" -> FormEncoding.Repeat.ARRAY;
          case "indexed" -> FormEncoding.Repeat.INDEXED;
          case "comma-separated" -> FormEncoding.Repeat.COMMA;
          default -> throw illegal(STYLE, style, ":default, :array, :indexed or :comma-separated");
        };
  }

  private static FormEncoding.Repeat repeat(Map<?, ?> request) {
    return repeat(request.get(STYLE));
  }

  // ---- nested maps

  /** Returns whether nested maps of {@code :query-params} are flattened. */
  public static boolean flattensQuery(Map<?, ?> request) {
    Object ignored = option(request, "ignore-nested-query-string");
    return flattens(request, QUERY_PARAMS, !isTrue(ignored));
  }

  /** Returns whether nested maps of {@code :form-params} are flattened. */
  public static boolean flattensForm(Map<?, ?> request) {
    boolean wanted = !Boolean.FALSE.equals(option(request, "flatten-nested-form-params"));
    return flattens(request, FORM_PARAMS, wanted && isUrlEncoded(request));
  }

  private static boolean flattens(Map<?, ?> request, Keyword key, boolean dflt) {
    Object keys = request.get(FLATTEN);
    if (keys == null) {
      return dflt;
    }
    if (option(request, "ignore-nested-query-string") != null
        || option(request, "flatten-nested-form-params") != null) {
      throw illegal(
          FLATTEN, keys, "none beside :ignore-nested-query-string or :flatten-nested-form-params");
    }
    if (!(keys instanceof Collection<?> all)) {
      throw illegal(FLATTEN, keys, "a collection of :query-params and :form-params");
    }
    return all.contains(key);
  }

  /** The option of that name, with or without a question mark: false wins, then what is truthy. */
  private static Object option(Map<?, ?> request, String name) {
    Object plain = request.get(Keyword.intern(name));
    Object question = request.get(Keyword.intern(name + "?"));
    if (Boolean.FALSE.equals(plain) || Boolean.FALSE.equals(question)) {
      return Boolean.FALSE;
    }
    return plain != null ? plain : question;
  }

  private static boolean isTrue(Object option) {
    return option != null && !Boolean.FALSE.equals(option);
  }
}
