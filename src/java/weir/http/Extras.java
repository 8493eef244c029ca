package weir.http;

import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import weir.http.cache.HttpCache;
import weir.http.cookie.CookieJar;

/**
 * What few requests have; each part is null, zero or false when it is off, and a request without any
 * has none of these. Immutable; {@link HttpRequest.Builder} says what each part means.
 */
public final class Extras {

  /** A name and its password. */
  public record Credentials(String user, String password) {
    @Override
    public String toString() {
      return user + ":…";
    }
  }

  static final Extras NONE = new Extras();

  private CookieJar cookies;
  private Credentials digest;
  private Progress upload;
  private Progress download;
  private UnaryOperator<HttpRequest> outgoing;
  private BiConsumer<Response, HttpRequest> interceptor;
  private RetryRule retry;
  private ProxyRule proxy;
  private HttpCache cache;
  private AddressRule address;
  private Object trailers;
  private long socketTimeout;
  private boolean graceful;

  private Extras() {}

  private Extras copy() {
    Extras e = new Extras();
    e.cookies = cookies;
    e.digest = digest;
    e.upload = upload;
    e.download = download;
    e.outgoing = outgoing;
    e.interceptor = interceptor;
    e.retry = retry;
    e.proxy = proxy;
    e.cache = cache;
    e.address = address;
    e.trailers = trailers;
    e.socketTimeout = socketTimeout;
    e.graceful = graceful;
    return e;
  }

  Extras withTrailers(Object fields) {
    Extras e = copy();
    e.trailers = fields;
    return e;
  }

  /** Returns what gives the fields behind the body, for {@link SentTrailers}, or null. */
  public Object trailers() {
    return trailers;
  }

  Extras withCookies(CookieJar jar) {
    Extras e = copy();
    e.cookies = jar;
    return e;
  }

  Extras withDigest(Credentials credentials) {
    Extras e = copy();
    e.digest = credentials;
    return e;
  }

  Extras withUpload(Progress progress) {
    Extras e = copy();
    e.upload = progress;
    return e;
  }

  Extras withDownload(Progress progress) {
    Extras e = copy();
    e.download = progress;
    return e;
  }

  Extras withOutgoing(UnaryOperator<HttpRequest> last) {
    Extras e = copy();
    e.outgoing = last;
    return e;
  }

  Extras withInterceptor(BiConsumer<Response, HttpRequest> seen) {
    Extras e = copy();
    e.interceptor = seen;
    return e;
  }

  Extras withRetry(RetryRule rule) {
    Extras e = copy();
    e.retry = rule;
    return e;
  }

  Extras withProxy(ProxyRule rule) {
    Extras e = copy();
    e.proxy = rule;
    return e;
  }

  Extras withCache(HttpCache newCache) {
    Extras e = copy();
    e.cache = newCache;
    return e;
  }

  Extras withAddress(AddressRule rule) {
    Extras e = copy();
    e.address = rule;
    return e;
  }

  Extras withSocketTimeout(long millis) {
    Extras e = copy();
    e.socketTimeout = millis;
    return e;
  }

  Extras withGracefulLimit(boolean on) {
    Extras e = copy();
    e.graceful = on;
    return e;
  }

  /** Returns null if nothing is in it, so that a request asks one question only. */
  Extras orNull() {
    boolean empty =
        cookies == null
            && digest == null
            && upload == null
            && download == null
            && outgoing == null
            && interceptor == null
            && retry == null
            && proxy == null
            && cache == null
            && address == null
            && trailers == null
            && socketTimeout == 0
            && !graceful;
    return empty ? null : this;
  }

  /** Whether the steps around an exchange may block. */
  public boolean mayBlock() {
    return outgoing != null
        || interceptor != null
        || cache != null
        || (cookies != null && cookies.mayBlock());
  }

  /** Returns where cookies come from and go to. */
  public CookieJar cookies() {
    return cookies;
  }

  /** Returns what answers a challenge for digest authentication. */
  public Credentials digest() {
    return digest;
  }

  /** Returns what hears of written bytes. */
  public Progress upload() {
    return upload;
  }

  /** Returns what hears of bytes that have come. */
  public Progress download() {
    return download;
  }

  /** Returns what has the last word on each request that is sent. */
  public UnaryOperator<HttpRequest> outgoing() {
    return outgoing;
  }

  /** Returns what sees every response. */
  public BiConsumer<Response, HttpRequest> interceptor() {
    return interceptor;
  }

  /** Returns what decides about requests that have failed. */
  public RetryRule retry() {
    return retry;
  }

  /** Returns the proxies of this request. */
  public ProxyRule proxy() {
    return proxy;
  }

  /** Returns the cache that is asked. */
  public HttpCache cache() {
    return cache;
  }

  /** Returns what says where connections go. */
  public AddressRule address() {
    return address;
  }

  /** Returns in ms how long the server may keep silent. */
  public long socketTimeoutMillis() {
    return socketTimeout;
  }

  /** Returns whether the last redirect is the response when there are too many. */
  public boolean isGracefulAtLimit() {
    return graceful;
  }
}
