package weir.http;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import weir.http.cache.HttpCache;
import weir.http.cookie.CookieJar;

/**
 * What the builder of a request has beside what is sent: how long things may take, what becomes of the
 * answer, and what happens on the way. Each method returns the builder.
 *
 * @param <B> the builder itself
 */
public abstract class RequestSettings<B extends RequestSettings<B>> {

  long poolTimeout;
  long connectionTimeout = HttpRequest.DEFAULT_CONNECTION_TIMEOUT.toMillis();
  long requestTimeout;
  long readTimeout;
  long totalTimeout;
  Boolean decompress;
  long maxBodyBytes;
  boolean followRedirects = true;
  boolean forceRedirects;
  boolean keepMethod;
  int maxRedirects = HttpRequest.DEFAULT_MAX_REDIRECTS;
  boolean failOnErrorStatus;
  IntPredicate unexceptional = HttpRequest::isUnexceptionalByDefault;
  Executor executor;
  Extras extras = Extras.NONE;

  RequestSettings() {}

  /** Returns this builder. */
  protected abstract B self();

  /**
   * Makes the request.
   *
   * @throws IllegalArgumentException if there is no URL
   */
  public abstract HttpRequest build();

  // ---- how long things may take

  /** Limits the wait for a connection of the pool; zero, the default, does not. */
  public B poolTimeout(Duration limit) {
    poolTimeout = millis("poolTimeout", limit);
    return self();
  }

  /** Limits the making of a connection, TLS included; zero does not. Default: 30 s. */
  public B connectionTimeout(Duration limit) {
    connectionTimeout = millis("connectionTimeout", limit);
    return self();
  }

  /** Limits the time from sending to the response; zero, the default, does not. */
  public B requestTimeout(Duration limit) {
    requestTimeout = millis("requestTimeout", limit);
    return self();
  }

  /**
   * Limits how long the server may keep silent: while nothing of the response comes although it could,
   * or nothing of the request is taken. Zero, the default, does not. A failure by it is a {@code
   * ReadTimeoutException}.
   */
  public B socketTimeout(Duration limit) {
    extras = extras.withSocketTimeout(millis("socketTimeout", limit));
    return self();
  }

  /** Limits the time from the response to the end of its body; zero, the default, does not. */
  public B readTimeout(Duration limit) {
    readTimeout = millis("readTimeout", limit);
    return self();
  }

  /** Limits the time from now to the last response, redirects included; zero does not. */
  public B totalTimeout(Duration limit) {
    totalTimeout = millis("totalTimeout", limit);
    return self();
  }

  private static long millis(String name, Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException(name + ": " + limit + " (expected: zero or more)");
    }
    return limit.isZero() ? 0 : Math.max(1, limit.toMillis());
  }

  // ---- the bodies

  /**
   * Asks for a compressed body, unless there is an {@code Accept-Encoding} already, and hands out the
   * plain one: gzip, deflate, and br and zstd where their libraries are. The default is the client's.
   */
  public B decompress(boolean on) {
    decompress = on;
    return self();
  }

  /**
   * Limits bodies that are gathered in memory, and streams that are decompressed, whose plain bytes
   * count; a larger one is a failure.
   */
  public B maxBodyBytes(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("maxBodyBytes: " + bytes + " (expected: 1 or more)");
    }
    maxBodyBytes = bytes;
    return self();
  }

  /** Sets where callbacks of the response run; the default is that of the client. */
  public B executor(Executor newExecutor) {
    executor = newExecutor;
    return self();
  }

  /** Tells how many bytes of the request's body are written. */
  public B onUpload(Progress progress) {
    extras = extras.withUpload(progress);
    return self();
  }

  /** Tells how many bytes of the response's body have come. */
  public B onDownload(Progress progress) {
    extras = extras.withDownload(progress);
    return self();
  }

  // ---- redirects and failures

  /** Follows redirects of safe methods, and 303 of all. Default: on. */
  public B followRedirects(boolean on) {
    followRedirects = on;
    return self();
  }

  /** Follows redirects of unsafe methods, too. Default: off. */
  public B forceRedirects(boolean on) {
    forceRedirects = on;
    return self();
  }

  /** Keeps method and body when a 301, 302 or 303 is followed, instead of GET. Default: off. */
  public B keepMethod(boolean on) {
    keepMethod = on;
    return self();
  }

  /** Sets how many redirects are followed. Default: 20. */
  public B maxRedirects(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("maxRedirects: " + n + " (expected: 0 or more)");
    }
    maxRedirects = n;
    return self();
  }

  /** Makes the last redirect the response when there are too many. Default: off, a failure. */
  public B gracefulAtRedirectLimit(boolean on) {
    extras = extras.withGracefulLimit(on);
    return self();
  }

  /** Makes an exceptional status a failure of the deferred. Default: off. */
  public B failOnErrorStatus(boolean on) {
    failOnErrorStatus = on;
    return self();
  }

  /** Says which statuses are no failure. */
  public B unexceptional(IntPredicate statuses) {
    unexceptional = Objects.requireNonNull(statuses, "statuses");
    return self();
  }

  /** Lets {@code rule} decide whether a request that has failed is sent again. */
  public B retryIf(RetryRule rule) {
    extras = extras.withRetry(rule);
    return self();
  }

  // ---- what happens on the way

  /** Sends the cookies of a jar, and gives it those of each response; null for none. */
  public B cookies(CookieJar jar) {
    extras = extras.withCookies(jar);
    return self();
  }

  /**
   * Answers one challenge for digest authentication, by RFC 7616, if the body can be sent again.
   * Nothing of it goes to another origin.
   */
  public B digestAuth(String user, String password) {
    extras = extras.withDigest(new Extras.Credentials(user, password));
    return self();
  }

  /** Takes back what {@link #digestAuth} has said. */
  public B noDigestAuth() {
    extras = extras.withDigest(null);
    return self();
  }

  /**
   * Shows every response to {@code seen}, those that are followed included, before anybody else
   * gets it. It may block, must not read the body, and what it throws fails the request.
   */
  public B interceptor(BiConsumer<Response, HttpRequest> seen) {
    extras = extras.withInterceptor(seen);
    return self();
  }

  /**
   * Shows every request to {@code last} as it is about to be sent, one after a redirect included,
   * and sends what that returns; null is for the same. It may block; what it throws fails the request.
   */
  public B outgoing(UnaryOperator<HttpRequest> last) {
    extras = extras.withOutgoing(last);
    return self();
  }

  /** Goes through another proxy than the client's, or through none. */
  public B proxy(ProxyRule rule) {
    extras = extras.withProxy(Objects.requireNonNull(rule, "rule"));
    return self();
  }

  /**
   * Connects to what {@code rule} says, asked for each hop. Connections to different addresses are
   * not used for one another's requests.
   */
  public B address(AddressRule rule) {
    extras = extras.withAddress(Objects.requireNonNull(rule, "rule"));
    return self();
  }

  /**
   * Answers from a cache if that is allowed, and stores responses in it; null for none. Bodies that
   * are raw streams or publishers pass it by.
   */
  public B cache(HttpCache cache) {
    extras = extras.withCache(cache);
    return self();
  }
}
