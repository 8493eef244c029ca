package weir.http;

import java.util.function.BiConsumer;
import weir.http.cache.HttpCache;
import weir.http.cookie.CookieJar;

/**
 * What few requests have; each part is null when it is off, and a request without any has none of
 * these. {@link HttpRequest.Builder} says what each part means.
 */
public record Extras(
    CookieJar cookies,
    Credentials digest,
    Progress upload,
    Progress download,
    BiConsumer<Response, HttpRequest> interceptor,
    RetryRule retry,
    ProxyRule proxy,
    HttpCache cache) {

  /** A name and its password. */
  public record Credentials(String user, String password) {
    @Override
    public String toString() {
      return user + ":…";
    }
  }

  static final Extras NONE = new Extras(null, null, null, null, null, null, null, null);

  Extras withCookies(CookieJar jar) {
    return new Extras(jar, digest, upload, download, interceptor, retry, proxy, cache);
  }

  Extras withDigest(Credentials credentials) {
    return new Extras(cookies, credentials, upload, download, interceptor, retry, proxy, cache);
  }

  Extras withUpload(Progress progress) {
    return new Extras(cookies, digest, progress, download, interceptor, retry, proxy, cache);
  }

  Extras withDownload(Progress progress) {
    return new Extras(cookies, digest, upload, progress, interceptor, retry, proxy, cache);
  }

  Extras withInterceptor(BiConsumer<Response, HttpRequest> seen) {
    return new Extras(cookies, digest, upload, download, seen, retry, proxy, cache);
  }

  Extras withRetry(RetryRule rule) {
    return new Extras(cookies, digest, upload, download, interceptor, rule, proxy, cache);
  }

  Extras withProxy(ProxyRule rule) {
    return new Extras(cookies, digest, upload, download, interceptor, retry, rule, cache);
  }

  Extras withCache(HttpCache newCache) {
    return new Extras(cookies, digest, upload, download, interceptor, retry, proxy, newCache);
  }

  /** Returns null if nothing is in it, so that a request asks one question only. */
  Extras orNull() {
    return equals(NONE) ? null : this;
  }

  /** Whether the steps around an exchange may block. */
  public boolean mayBlock() {
    return interceptor != null || cache != null || (cookies != null && cookies.mayBlock());
  }
}
