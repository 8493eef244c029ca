package weir.http;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
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

  private Extras(Extras e) {
    cookies = e.cookies;
    digest = e.digest;
    upload = e.upload;
    download = e.download;
    outgoing = e.outgoing;
    interceptor = e.interceptor;
    retry = e.retry;
    proxy = e.proxy;
    cache = e.cache;
    address = e.address;
    trailers = e.trailers;
    socketTimeout = e.socketTimeout;
    graceful = e.graceful;
  }

  private Extras with(Consumer<Extras> change) {
    Extras changed = new Extras(this);
    change.accept(changed);
    return changed;
  }

  Extras withTrailers(Object fields) {
    return with(e -> e.trailers = fields);
  }

  /** Returns what gives the fields behind the body, for {@link SentTrailers}, or null. */
  public Object trailers() {
    return trailers;
  }

  Extras withCookies(CookieJar jar) {
    return with(e -> e.cookies = jar);
  }

  Extras withDigest(Credentials credentials) {
    return with(e -> e.digest = credentials);
  }

  Extras withUpload(Progress progress) {
    return with(e -> e.upload = progress);
  }

  Extras withDownload(Progress progress) {
    return with(e -> e.download = progress);
  }

  Extras withOutgoing(UnaryOperator<HttpRequest> last) {
    return with(e -> e.outgoing = last);
  }

  Extras withInterceptor(BiConsumer<Response, HttpRequest> seen) {
    return with(e -> e.interceptor = seen);
  }

  Extras withRetry(RetryRule rule) {
    return with(e -> e.retry = rule);
  }

  Extras withProxy(ProxyRule rule) {
    return with(e -> e.proxy = rule);
  }

  Extras withCache(HttpCache newCache) {
    return with(e -> e.cache = newCache);
  }

  Extras withAddress(AddressRule rule) {
    return with(e -> e.address = rule);
  }

  Extras withSocketTimeout(long millis) {
    return with(e -> e.socketTimeout = millis);
  }

  Extras withGracefulLimit(boolean on) {
    return with(e -> e.graceful = on);
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
