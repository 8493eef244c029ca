package weir.http;

import clojure.lang.Keyword;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Locale;

/** The keyword of a method token: {@code :get} for {@code GET}, {@code :foo} for {@code fOo}. */
final class RequestMethods {
  private static final Keyword GET = keyword("get");
  private static final Keyword HEAD = keyword("head");
  private static final Keyword POST = keyword("post");
  private static final Keyword PUT = keyword("put");
  private static final Keyword PATCH = keyword("patch");
  private static final Keyword DELETE = keyword("delete");
  private static final Keyword OPTIONS = keyword("options");
  private static final Keyword TRACE = keyword("trace");
  private static final Keyword CONNECT = keyword("connect");

  private RequestMethods() {}

  static Keyword keyword(HttpMethod method) {
    if (method == HttpMethod.GET) { // nearly always; the standard methods are constants of Netty
      return GET;
    }
    switch (method.name()) {
      case "GET":
        return GET;
      case "HEAD":
        return HEAD;
      case "POST":
        return POST;
      case "PUT":
        return PUT;
      case "PATCH":
        return PATCH;
      case "DELETE":
        return DELETE;
      case "OPTIONS":
        return OPTIONS;
      case "TRACE":
        return TRACE;
      case "CONNECT":
        return CONNECT;
      default:
        return keyword(method.name().toLowerCase(Locale.ROOT));
    }
  }

  private static Keyword keyword(String name) {
    return Keyword.intern(null, name);
  }
}
