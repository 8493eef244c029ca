package weir.http;

import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import weir.http.cache.HttpCache;
import weir.http.cookie.CookieJar;
import weir.http.multipart.Multipart;

/**
 * What a client sends, and how it treats the answer. Immutable; a body that can be read only once
 * makes a request that can be sent only once.
 *
 * <pre>{@code
 * HttpRequest.get("http://localhost:8080/").build();
 * HttpRequest.post("http://localhost:8080/things").body("{}").contentType("application/json").build();
 * }</pre>
 */
public final class HttpRequest {

  /** How many redirects are followed at most: 20. */
  public static final int DEFAULT_MAX_REDIRECTS = 20;

  /** How long making a connection may take: 30 s. */
  public static final Duration DEFAULT_CONNECTION_TIMEOUT = Duration.ofSeconds(30);

  private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");
  private static final HeaderName CONTENT_TYPE = HeaderName.of("content-type");
  private static final HeaderName ACCEPT = HeaderName.of("accept");

  private final String method;
  private final Url url;
  private final HeaderFields fields;
  private final Object body;
  private final BodyMode bodyMode;
  private final long poolTimeout;
  private final long connectionTimeout;
  private final long requestTimeout;
  private final long readTimeout;
  private final long totalTimeout;
  private final Boolean decompress;
  private final long maxBodyBytes;
  private final boolean followRedirects;
  private final boolean forceRedirects;
  private final boolean keepMethod;
  private final int maxRedirects;
  private final boolean failOnErrorStatus;
  private final IntPredicate unexceptional;
  private final Object origin;
  private final Executor executor;
  private final Extras extras;

  private HttpRequest(Builder b) {
    method = b.method;
    url = b.url;
    fields = b.fields;
    body = b.body;
    bodyMode = b.bodyMode;
    poolTimeout = b.poolTimeout;
    connectionTimeout = b.connectionTimeout;
    requestTimeout = b.requestTimeout;
    readTimeout = b.readTimeout;
    totalTimeout = b.totalTimeout;
    decompress = b.decompress;
    maxBodyBytes = b.maxBodyBytes;
    followRedirects = b.followRedirects;
    forceRedirects = b.forceRedirects;
    keepMethod = b.keepMethod;
    maxRedirects = b.maxRedirects;
    failOnErrorStatus = b.failOnErrorStatus;
    unexceptional = b.unexceptional;
    origin = b.origin;
    executor = b.executor;
    extras = b.extras.orNull();
  }

  /** Returns a builder of a GET request without a URL. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder of a GET request. */
  public static Builder get(String url) {
    return builder().url(url);
  }

  /** Returns a builder of a POST request. */
  public static Builder post(String url) {
    return builder().method("POST").url(url);
  }

  /** Returns the method as it is sent. */
  public String method() {
    return method;
  }

  /** Returns where the request goes. */
  public Url url() {
    return url;
  }

  /** Returns the fields that were given; not to be changed. */
  public HeaderFields fields() {
    return fields;
  }

  /** Returns the body, or null. */
  public Object body() {
    return body;
  }

  /** Returns the form of the response's body, or null for that of the client. */
  public BodyMode bodyMode() {
    return bodyMode;
  }

  /** Returns in ms how long to wait for the pool; 0 is without a limit. */
  public long poolTimeoutMillis() {
    return poolTimeout;
  }

  /** Returns in ms how long making a connection may take; 0 is without a limit. */
  public long connectionTimeoutMillis() {
    return connectionTimeout;
  }

  /** Returns in ms how long the answer may take; 0 is without a limit. */
  public long requestTimeoutMillis() {
    return requestTimeout;
  }

  /** Returns in ms how long the body of the answer may take; 0 is without a limit. */
  public long readTimeoutMillis() {
    return readTimeout;
  }

  /** Returns in ms how long all of it may take, redirects included; 0 is without a limit. */
  public long totalTimeoutMillis() {
    return totalTimeout;
  }

  /** Returns whether a compressed body is handed out plain, or null for what the client does. */
  public Boolean decompress() {
    return decompress;
  }

  /** Returns how many bytes a body that is gathered in memory may have; 0 is the client's limit. */
  public long maxBodyBytes() {
    return maxBodyBytes;
  }

  /** Returns whether redirects are followed. */
  public boolean followsRedirects() {
    return followRedirects;
  }

  /** Returns whether redirects of unsafe methods are followed, too. */
  public boolean forcesRedirects() {
    return forceRedirects;
  }

  /** Returns whether redirects keep the method where it usually becomes GET. */
  public boolean keepsMethod() {
    return keepMethod;
  }

  /** Returns how many redirects are followed. */
  public int maxRedirects() {
    return maxRedirects;
  }

  /** Returns whether an exceptional status is a failure of the deferred. */
  public boolean failsOnErrorStatus() {
    return failOnErrorStatus;
  }

  /** Returns whether a status is none that {@link #failsOnErrorStatus} is about. */
  public boolean isUnexceptional(int status) {
    return unexceptional.test(status);
  }

  /** Returns what failures name as their request: what it was made of, or this. */
  public Object origin() {
    return origin == null ? this : origin;
  }

  /** Returns where callbacks of the response run, or null for that of the client. */
  public Executor executor() {
    return executor;
  }

  /** Returns what few requests have, or null. */
  public Extras extras() {
    return extras;
  }

  /** Returns a builder that begins with all of this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  @Override
  public String toString() {
    return method + " " + url;
  }

  /** What {@link #isUnexceptional} says unless told otherwise: 200-207, 300-304, 307 and 308. */
  public static boolean isUnexceptionalByDefault(int status) {
    return status >= 200
        && status <= 308
        && (status <= 207 || (status >= 300 && status <= 304) || status >= 307);
  }

  /** The parts of a request. Each method returns the builder. */
  public static final class Builder {
    private String method = "GET";
    private Url url;
    private HeaderFields fields = new HeaderFields();
    private boolean fieldsShared;
    private Object body;
    private BodyMode bodyMode;
    private long poolTimeout;
    private long connectionTimeout = DEFAULT_CONNECTION_TIMEOUT.toMillis();
    private long requestTimeout;
    private long readTimeout;
    private long totalTimeout;
    private Boolean decompress;
    private long maxBodyBytes;
    private boolean followRedirects = true;
    private boolean forceRedirects;
    private boolean keepMethod;
    private int maxRedirects = DEFAULT_MAX_REDIRECTS;
    private boolean failOnErrorStatus;
    private IntPredicate unexceptional = HttpRequest::isUnexceptionalByDefault;
    private Object origin;
    private Executor executor;
    private Extras extras = Extras.NONE;

    private Builder() {}

    private Builder(HttpRequest r) {
      method = r.method;
      url = r.url;
      fields = r.fields;
      fieldsShared = true;
      body = r.body;
      bodyMode = r.bodyMode;
      poolTimeout = r.poolTimeout;
      connectionTimeout = r.connectionTimeout;
      requestTimeout = r.requestTimeout;
      readTimeout = r.readTimeout;
      totalTimeout = r.totalTimeout;
      decompress = r.decompress;
      maxBodyBytes = r.maxBodyBytes;
      followRedirects = r.followRedirects;
      forceRedirects = r.forceRedirects;
      keepMethod = r.keepMethod;
      maxRedirects = r.maxRedirects;
      failOnErrorStatus = r.failOnErrorStatus;
      unexceptional = r.unexceptional;
      origin = r.origin;
      executor = r.executor;
      extras = r.extras == null ? Extras.NONE : r.extras;
    }

    /**
     * Sets the method, any token of RFC 9110 §9.1; sent in upper case.
     *
     * @throws IllegalArgumentException if it is no token
     */
    public Builder method(String name) {
      HeaderName.checkToken("method", name);
      method = name.toUpperCase(Locale.ROOT);
      return this;
    }

    /**
     * Sets where the request goes.
     *
     * @throws IllegalArgumentException if it is not an absolute http or https URL
     */
    public Builder url(String absolute) {
      try {
        return url(Url.parse(absolute));
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("url: " + e.getMessage(), e);
      }
    }

    /** Sets where the request goes. */
    public Builder url(URI absolute) {
      return url(absolute.toString());
    }

    /** Sets where the request goes. */
    public Builder url(Url absolute) {
      url = Objects.requireNonNull(absolute, "url");
      return this;
    }

    /** Adds a query parameter, form-encoded. */
    public Builder query(String name, String value) {
      url = url.withMoreQuery(FormEncoding.pair(name, value, StandardCharsets.UTF_8));
      return this;
    }

    /**
     * Adds a header field.
     *
     * @throws IllegalArgumentException if the name or the value cannot be sent
     */
    public Builder header(String name, String value) {
      ownFields().add(HeaderName.of(name), value);
      return this;
    }

    /** Adds a header field. */
    public Builder header(HeaderName name, String value) {
      ownFields().add(name, value);
      return this;
    }

    /** Replaces a header field, or removes it if the value is null. */
    public Builder setHeader(HeaderName name, String value) {
      if (value == null) {
        ownFields().remove(name);
      } else {
        ownFields().set(name, value);
      }
      return this;
    }

    /** Removes all header fields. */
    public Builder noHeaders() {
      fields = new HeaderFields();
      fieldsShared = false;
      return this;
    }

    /** Sets the content type. */
    public Builder contentType(String type) {
      return setHeader(CONTENT_TYPE, type);
    }

    /** Sets what the client accepts. */
    public Builder accept(String types) {
      return setHeader(ACCEPT, types);
    }

    /** Authenticates with a name and a password, by RFC 7617. */
    public Builder basicAuth(String user, String password) {
      return setHeader(AUTHORIZATION, BasicAuth.value(user + ":" + password));
    }

    /** Authenticates with a token, by RFC 6750. */
    public Builder bearer(String token) {
      return setHeader(AUTHORIZATION, "Bearer " + token);
    }

    /**
     * Sets the body: a String (in the charset of the content type, else UTF-8), {@code byte[]},
     * {@code ByteBuffer}, {@code ByteBuf} (which is released), {@code InputStream}, {@code File},
     * {@code Path}, a sequence or a stream of pieces, or what the byte conversions know. Null for
     * none.
     */
    public Builder body(Object content) {
      body = content;
      return this;
    }

    /** Sets a form as the body and its content type. */
    public Builder form(Map<String, String> params) {
      StringBuilder form = new StringBuilder();
      params.forEach(
          (name, value) ->
              form.append(form.length() == 0 ? "" : "&")
                  .append(FormEncoding.pair(name, value, StandardCharsets.UTF_8)));
      return contentType("application/x-www-form-urlencoded").body(form.toString());
    }

    /** Sets a form of parts as the body and its content type. */
    public Builder multipart(Multipart form) {
      return contentType(form.contentType()).body(form);
    }

    /** Sets the form of the response's body; the default is the client's. */
    public Builder as(BodyMode mode) {
      bodyMode = mode;
      return this;
    }

    /** Limits the wait for a connection of the pool; zero, the default, does not. */
    public Builder poolTimeout(Duration limit) {
      poolTimeout = millis("poolTimeout", limit);
      return this;
    }

    /** Limits the making of a connection, TLS included; zero does not. Default: 30 s. */
    public Builder connectionTimeout(Duration limit) {
      connectionTimeout = millis("connectionTimeout", limit);
      return this;
    }

    /** Limits the time from sending to the response; zero, the default, does not. */
    public Builder requestTimeout(Duration limit) {
      requestTimeout = millis("requestTimeout", limit);
      return this;
    }

    /** Limits the time from the response to the end of its body; zero, the default, does not. */
    public Builder readTimeout(Duration limit) {
      readTimeout = millis("readTimeout", limit);
      return this;
    }

    /** Limits the time from now to the last response, redirects included; zero does not. */
    public Builder totalTimeout(Duration limit) {
      totalTimeout = millis("totalTimeout", limit);
      return this;
    }

    /**
     * Asks for a compressed body, unless there is an {@code Accept-Encoding} already, and hands out the
     * plain one: gzip, deflate, and br and zstd where their libraries are. The default is the client's.
     */
    public Builder decompress(boolean on) {
      decompress = on;
      return this;
    }

    /**
     * Limits bodies that are gathered in memory, and streams that are decompressed, whose plain bytes
     * count; a larger one is a failure.
     */
    public Builder maxBodyBytes(long bytes) {
      if (bytes <= 0) {
        throw new IllegalArgumentException("maxBodyBytes: " + bytes + " (expected: 1 or more)");
      }
      maxBodyBytes = bytes;
      return this;
    }

    /** Follows redirects of safe methods, and 303 of all. Default: on. */
    public Builder followRedirects(boolean on) {
      followRedirects = on;
      return this;
    }

    /** Follows redirects of unsafe methods, too. Default: off. */
    public Builder forceRedirects(boolean on) {
      forceRedirects = on;
      return this;
    }

    /** Keeps method and body when a 301, 302 or 303 is followed, instead of GET. Default: off. */
    public Builder keepMethod(boolean on) {
      keepMethod = on;
      return this;
    }

    /** Sets how many redirects are followed. Default: {@link #DEFAULT_MAX_REDIRECTS}. */
    public Builder maxRedirects(int n) {
      if (n < 0) {
        throw new IllegalArgumentException("maxRedirects: " + n + " (expected: 0 or more)");
      }
      maxRedirects = n;
      return this;
    }

    /** Makes an exceptional status a failure of the deferred. Default: off. */
    public Builder failOnErrorStatus(boolean on) {
      failOnErrorStatus = on;
      return this;
    }

    /** Sets where callbacks of the response run; the default is that of the client. */
    public Builder executor(Executor newExecutor) {
      executor = newExecutor;
      return this;
    }

    /** Sets what failures name as their request, such as the map that this was made of. */
    public Builder origin(Object any) {
      origin = any;
      return this;
    }

    /** Sends the cookies of a jar, and gives it those of each response; null for none. */
    public Builder cookies(CookieJar jar) {
      extras = extras.withCookies(jar);
      return this;
    }

    /**
     * Answers one challenge for digest authentication, by RFC 7616, if the body can be sent again.
     * Nothing of it goes to another origin.
     */
    public Builder digestAuth(String user, String password) {
      extras = extras.withDigest(new Extras.Credentials(user, password));
      return this;
    }

    /** Takes back what {@link #digestAuth} has said. */
    public Builder noDigestAuth() {
      extras = extras.withDigest(null);
      return this;
    }

    /**
     * Sends fields behind the body, which goes out in chunks therefore, or over HTTP/2 without a length.
     *
     * @param fields a map of names to values; or a {@link java.util.function.Supplier} of one, called at
     *     the end of the body on a thread that may block; or a promise of one; null for none
     */
    public Builder trailers(Object fields) {
      extras = extras.withTrailers(fields);
      return this;
    }

    /** Tells how many bytes of the request's body are written. */
    public Builder onUpload(Progress progress) {
      extras = extras.withUpload(progress);
      return this;
    }

    /** Tells how many bytes of the response's body have come. */
    public Builder onDownload(Progress progress) {
      extras = extras.withDownload(progress);
      return this;
    }

    /**
     * Shows every response to {@code seen}, those that are followed included, before anybody else
     * gets it. It may block, must not read the body, and what it throws fails the request.
     */
    public Builder interceptor(BiConsumer<Response, HttpRequest> seen) {
      extras = extras.withInterceptor(seen);
      return this;
    }

    /**
     * Shows every request to {@code last} as it is about to be sent, one after a redirect included,
     * and sends what that returns; null is for the same. It may block; what it throws fails the request.
     */
    public Builder outgoing(UnaryOperator<HttpRequest> last) {
      extras = extras.withOutgoing(last);
      return this;
    }

    /**
     * Limits how long the server may keep silent: while nothing of the response comes although it could,
     * or nothing of the request is taken. Zero, the default, does not. A failure by it is a {@code
     * ReadTimeoutException}.
     */
    public Builder socketTimeout(Duration limit) {
      extras = extras.withSocketTimeout(millis("socketTimeout", limit));
      return this;
    }

    /** Makes the last redirect the response when there are too many. Default: off, a failure. */
    public Builder gracefulAtRedirectLimit(boolean on) {
      extras = extras.withGracefulLimit(on);
      return this;
    }

    /** Goes through another proxy than the client's, or through none. */
    public Builder proxy(ProxyRule rule) {
      extras = extras.withProxy(Objects.requireNonNull(rule, "rule"));
      return this;
    }

    /**
     * Connects to what {@code rule} says, asked for each hop. Connections to different addresses are
     * not used for one another's requests.
     */
    public Builder address(AddressRule rule) {
      extras = extras.withAddress(Objects.requireNonNull(rule, "rule"));
      return this;
    }

    /**
     * Answers from a cache if that is allowed, and stores responses in it; null for none. Bodies that
     * are raw streams or publishers pass it by.
     */
    public Builder cache(HttpCache cache) {
      extras = extras.withCache(cache);
      return this;
    }

    /** Lets {@code rule} decide whether a request that has failed is sent again. */
    public Builder retryIf(RetryRule rule) {
      extras = extras.withRetry(rule);
      return this;
    }

    /** Says which statuses are no failure. */
    public Builder unexceptional(IntPredicate statuses) {
      unexceptional = Objects.requireNonNull(statuses, "statuses");
      return this;
    }

    /**
     * Makes the request.
     *
     * @throws IllegalArgumentException if there is no URL
     */
    public HttpRequest build() {
      if (url == null) {
        throw new IllegalArgumentException("url: missing (expected: an http or https URL)");
      }
      if (url.userInfo() != null && fields.get(AUTHORIZATION) == null) {
        String[] pair = url.userInfo().split(":", 2);
        basicAuth(pair[0], pair.length == 2 ? pair[1] : "");
      }
      fieldsShared = true; // the request keeps what it got
      return new HttpRequest(this);
    }

    private HeaderFields ownFields() {
      if (fieldsShared) {
        fields = fields.copy();
        fieldsShared = false;
      }
      return fields;
    }

    private static long millis(String name, Duration limit) {
      if (limit.isNegative()) {
        throw new IllegalArgumentException(name + ": " + limit + " (expected: zero or more)");
      }
      return limit.isZero() ? 0 : Math.max(1, limit.toMillis());
    }
  }
}
