package weir.http;

import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;
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
  public static final class Builder extends RequestSettings<Builder> {
    private String method = "GET";
    private Url url;
    private HeaderFields fields = new HeaderFields();
    private boolean fieldsShared;
    private Object body;
    private BodyMode bodyMode;
    private Object origin;

    private Builder() {}

    @Override
    protected Builder self() {
      return this;
    }

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

    /** Sets what failures name as their request, such as the map that this was made of. */
    public Builder origin(Object any) {
      origin = any;
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

    @Override
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
  }
}
