package weir.http.client;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.millis;
import static weir.options.Options.nonNegativeInt;
import static weir.options.Options.truthy;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.IKVReduce;
import clojure.lang.Keyword;
import clojure.lang.Named;
import clojure.lang.RT;
import clojure.lang.Sequential;
import io.netty.handler.codec.DateFormatter;
import java.net.MalformedURLException;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import weir.http.BodyMode;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.Url;
import weir.options.Options;

/**
 * The options of a request by the names that Clojure programs give them: makes an HttpRequest of a
 * request map, in one pass over it. {@link RequestNames} has them, and {@code docs/options.md} tells what
 * each does.
 */
public final class RequestOptions extends AFn {

  private static final HeaderName CONTENT_LENGTH = HeaderName.of("content-length");
  private static final HeaderName ACCEPT_ENCODING = HeaderName.of("accept-encoding");
  private static final Keyword HTTP = Keyword.intern("http");
  private static final Keyword HTTPS = Keyword.intern("https");

  private final Map<?, ?> request;
  private final HttpRequest.Builder builder = HttpRequest.builder().failOnErrorStatus(true);
  private boolean hasExtras;
  private Boolean insecure;

  // What decides together with others, or has to wait for its turn.
  private Object method;
  private Object url;
  private boolean hasQueryParams;
  private Object headers;
  private Object body;
  private Object bodyEncoding;
  private Object length;
  private Object contentType;
  private Object characterEncoding;
  private boolean hasForm;
  private Object accept;
  private Object acceptEncoding;
  private Object auth;
  private Object userInfo;
  private Object token;
  private Object as;
  private Boolean rawStream;
  private Boolean forceRedirects;
  private Boolean decompress;

  private RequestOptions(Map<?, ?> request) {
    this.request = request;
  }

  /**
   * Reads a request map.
   *
   * @param formBody makes the body of a request map whose form is in another format than that of
   *     browsers
   * @throws IllegalArgumentException if a value is not what its option takes
   */
  public static RequestOptions read(Map<?, ?> request, IFn formBody) {
    RequestOptions options = new RequestOptions(request);
    if (request instanceof IKVReduce map) {
      map.kvreduce(options, null);
    } else {
      request.forEach((k, v) -> options.invoke(null, k, v));
    }
    options.finish(formBody);
    return options;
  }

  /** Returns what the request is made of so far. */
  public HttpRequest.Builder builder() {
    return builder;
  }

  /** Returns whether every certificate will do. */
  public boolean isInsecure() {
    return insecure != null && insecure;
  }

  /** Returns whether there are options that are not read here. */
  public boolean hasExtras() {
    return hasExtras;
  }

  // ---- one after the other

  @Override
  public Object invoke(Object nothing, Object key, Object value) {
    if (value != null && key instanceof Keyword k && k.getNamespace() == null) {
      set(k, value);
    }
    return null;
  }

  private void set(Keyword k, Object v) {
    switch (k.getName()) {
      case "method" -> method = v;
      case "request-method" -> method = method == null ? v : method;
      case "url" -> url = v;
      case "query-params" -> hasQueryParams = true;
      case "headers" -> headers = v;
      case "body" -> body = v;
      case "body-encoding" -> bodyEncoding = v;
      case "length" -> length = v;
      case "content-type" -> contentType = v;
      case "character-encoding" -> characterEncoding = v;
      case "form-params" -> hasForm = true;
      case "accept" -> accept = v;
      case "accept-encoding" -> acceptEncoding = v;
      case "basic-auth" -> auth = v;
      case "user-info" -> userInfo = v;
      case "oauth-token" -> token = v;
      case "pool", "middleware" -> {} // whoever sends it has looked at them
      case "as" -> as = v;
      case "raw-stream", "raw-stream?" -> rawStream = and(rawStream, v);
      case "pool-timeout", "connection-request-timeout", "conn-request-timeout" ->
          builder.poolTimeout(millis(k, v));
      case "connection-timeout", "conn-timeout" -> builder.connectionTimeout(millis(k, v));
      case "request-timeout" -> builder.requestTimeout(millis(k, v));
      case "socket-timeout" -> builder.socketTimeout(millis(k, v));
      case "read-timeout" -> builder.readTimeout(millis(k, v));
      case "total-timeout" -> builder.totalTimeout(millis(k, v));
      case "response-executor" ->
          builder.executor(instance(Executor.class, k, v, "a java.util.concurrent.Executor"));
      default -> setRarer(k, v);
    }
  }

  private void setRarer(Keyword k, Object v) {
    switch (k.getName()) {
      case "throw-exceptions", "throw-exceptions?" -> {
        if (Boolean.FALSE.equals(v)) {
          builder.failOnErrorStatus(false);
        }
      }
      case "follow-redirects", "follow-redirects?" -> {
        if (Boolean.FALSE.equals(v)) {
          builder.followRedirects(false);
        }
      }
      case "force-redirects", "force-redirects?" -> forceRedirects = and(forceRedirects, v);
      case "redirect-strategy" -> redirects(k, v);
      case "insecure", "insecure?" -> insecure = and(insecure, v);
      case "max-redirects" -> builder.maxRedirects(nonNegativeInt(k, v));
      case "unexceptional-status" -> {
        IFn statuses = instance(IFn.class, k, v, "a function or a set");
        builder.unexceptional(status -> RT.booleanCast(statuses.invoke((long) status)));
      }
      case "max-body-size" -> builder.maxBodyBytes(Options.nonNegative(k, v));
      case "decompress-body", "decompress-body?" -> decompress = and(decompress, v);
      default -> setOther(k, v);
    }
  }

  /** For what is read elsewhere, what is refused, and what nobody knows. */
  private void setOther(Keyword k, Object v) {
    String name = k.getName();
    int end = name.length() - 1;
    String bare = end > 0 && name.charAt(end) == '?' ? name.substring(0, end) : name;
    if (RequestNames.isExtra(bare)) {
      hasExtras |= truthy(v);
    } else if (!RequestNames.reportMisspelt(k, bare)) {
      RefusedOptions.check(k, bare, v);
    }
  }

  /** An option that stands there with and without a question mark: false wins. */
  private static Boolean and(Boolean before, Object v) {
    return !Boolean.FALSE.equals(before) && truthy(v);
  }

  private void redirects(Keyword k, Object v) {
    String name = v instanceof Keyword named ? named.getName() : "";
    switch (name) {
      case "default" -> {} // what is done anyway
      case "lax" -> forceRedirects = and(forceRedirects, true);
      case "graceful" -> builder.gracefulAtRedirectLimit(true);
      case "none" -> builder.followRedirects(false);
      default -> {
        if (!(v instanceof IFn) || v instanceof Keyword) {
          throw illegal(k, v, ":default, :lax, :graceful, :none or a function");
        }
        builder.followRedirects(false); // aleph.http.client-extras asks the function
      }
    }
  }

  // ---- what belongs together

  private void finish(IFn formBody) {
    String verb = method(method);
    builder.method(verb).url(url()).origin(request);
    if (headers != null) {
      addHeaders(instance(Map.class, ":headers", headers, "a map"));
    }
    setBody(verb, formBody);
    setMode();
    if (accept != null) {
      builder.accept(RequestParams.contentType(accept));
    }
    if (acceptEncoding != null) {
      builder.setHeader(ACCEPT_ENCODING, acceptEncoding(acceptEncoding));
    }
    if (auth != null || userInfo != null) {
      setAuth(auth == null ? userInfo : auth);
    }
    if (token != null) {
      builder.bearer(String.valueOf(token));
    }
    if (forceRedirects != null) {
      builder.forceRedirects(forceRedirects);
    }
    if (decompress != null) {
      builder.decompress(decompress);
    }
  }

  private static String method(Object m) {
    if (m instanceof Keyword k) {
      return k.getName();
    }
    if (m instanceof String s) {
      return s;
    }
    throw invalid("request-method", m, "a keyword or a string");
  }

  private static IllegalArgumentException invalid(String key, Object value, String expected) {
    return new IllegalArgumentException(
        "Invalid spec: " + illegal(":" + key, value, expected).getMessage());
  }

  private Url url() {
    Url base = baseUrl(request, url);
    String more = hasQueryParams ? RequestParams.query(request) : null;
    return more == null || more.isEmpty() ? base : base.withMoreQuery(more);
  }

  /** Returns where a request map goes, without its {@code :query-params}. */
  public static Url baseUrl(Map<?, ?> request) {
    return baseUrl(request, request.get(Keyword.intern("url")));
  }

  private static Url baseUrl(Map<?, ?> request, Object url) {
    if (url == null) {
      return ofParts(request);
    }
    try {
      return Url.parse(url.toString());
    } catch (MalformedURLException e) {
      throw clojure.lang.Util.sneakyThrow(e);
    }
  }

  private static Url ofParts(Map<?, ?> request) {
    String host = string(request, "host");
    host = host == null ? string(request, "server-name") : host;
    if (host == null) {
      throw invalid("url", null, "a URL, or :server-name");
    }
    Object scheme = request.get(Keyword.intern("scheme"));
    if (scheme != null && scheme != HTTP && scheme != HTTPS) {
      throw invalid("scheme", scheme, ":http or :https");
    }
    Object given = request.get(Keyword.intern("port"));
    Object port = given == null ? request.get(Keyword.intern("server-port")) : given;
    if (port != null && !Options.isInteger(port)) {
      throw invalid(given == null ? "server-port" : "port", port, "an integer");
    }
    return Url.of(
        scheme == HTTPS,
        host,
        port == null ? -1 : ((Number) port).intValue(),
        string(request, "uri"),
        string(request, "query-string"));
  }

  private static String string(Map<?, ?> request, String key) {
    Object value = request.get(Keyword.intern(key));
    if (value != null && !(value instanceof String)) {
      throw invalid(key, value, "a string");
    }
    return (String) value;
  }

  private void addHeaders(Map<?, ?> all) {
    all.forEach(
        (k, v) -> {
          HeaderName name = HeaderName.of(k);
          if (v instanceof Sequential) {
            for (Object each : (Iterable<?>) v) {
              builder.header(name, headerValue(k, each));
            }
          } else {
            builder.header(name, headerValue(k, v));
          }
        });
  }

  private static String headerValue(Object k, Object v) {
    if (v == null) {
      throw illegal(RT.printString(k), v, "a string, or no such header");
    }
    return v instanceof Date date ? DateFormatter.format(date) : v.toString();
  }

  private void setBody(String verb, IFn formBody) {
    if (contentType != null) {
      builder.contentType(contentType(contentType));
    }
    if (hasForm && RequestParams.isSentBy(verb)) {
      setForm(formBody);
    } else if (body instanceof String s && bodyEncoding != null) {
      builder.body(s.getBytes(RequestParams.charset(bodyEncoding.toString())));
    } else {
      builder.body(body);
    }
    if (length != null) {
      builder.setHeader(CONTENT_LENGTH, Long.toString(Options.nonNegative(":length", length)));
    }
  }

  private void setForm(IFn formBody) {
    if (RequestParams.isUrlEncoded(request)) {
      builder.contentType(contentType(Keyword.intern("x-www-form-urlencoded")));
      builder.body(RequestParams.form(request));
    } else {
      builder.body(formBody.invoke(request));
    }
  }

  private String contentType(Object type) {
    if (!(type instanceof Keyword) && !(type instanceof String)) {
      throw invalid("content-type", type, "a string or a keyword");
    }
    if (characterEncoding != null && !(characterEncoding instanceof String)) {
      throw invalid("character-encoding", characterEncoding, "a string");
    }
    String value = RequestParams.contentType(type);
    return characterEncoding == null ? value : value + "; charset=" + characterEncoding;
  }

  /** Returns the value of an accept-encoding header. */
  public static String acceptEncoding(Object codings) {
    StringBuilder value = new StringBuilder();
    for (Object coding :
        instance(Iterable.class, ":accept-encoding", codings, "a collection of names")) {
      value.append(value.length() == 0 ? "" : ", ");
      value.append(coding instanceof Named named ? named.getName() : coding);
    }
    return value.toString();
  }

  private void setAuth(Object pair) {
    if (pair instanceof String both) {
      String[] parts = both.split(":", 2);
      builder.basicAuth(parts[0], parts.length == 2 ? parts[1] : "");
    } else if (pair instanceof List<?> list) {
      builder.basicAuth(text(list, 0), text(list, 1));
    } else {
      throw illegal(":basic-auth", pair, "\"user:password\" or a pair");
    }
  }

  private static String text(List<?> pair, int index) {
    Object part = index < pair.size() ? pair.get(index) : null;
    return part == null ? "" : part.toString();
  }

  /** What a library reads from memory is gathered by the engine, within {@code :max-body-size}. */
  private void setMode() {
    if (as == null) {
      if (rawStream != null) {
        builder.as(rawStream ? BodyMode.RAW_STREAM : BodyMode.STREAM);
      }
      return;
    }
    String name = as instanceof Keyword k ? k.getName() : "";
    builder.as(
        switch (name) {
          case "string" -> BodyMode.STRING;
          case "byte-array",
              "auto",
              "json",
              "json-strict",
              "json-string-keys",
              "json-strict-string-keys",
              "clojure",
              "xml",
              "transit+json",
              "transit+msgpack",
              "x-www-form-urlencoded" ->
              BodyMode.BYTES;
          default -> BodyMode.STREAM;
        });
  }
}
