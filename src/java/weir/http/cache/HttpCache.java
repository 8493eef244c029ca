package weir.http.cache;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.MalformedURLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.ResponseMessage;
import weir.http.Url;

/**
 * Keeps responses in memory for one program, which must not serve several users with it. What was
 * used least lately makes room.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9111">RFC 9111</a>
 */
public final class HttpCache {

  /** The largest body that is stored: 1 MiB. */
  public static final int DEFAULT_MAX_OBJECT_BYTES = 1024 * 1024;

  /** How many URLs have stored responses: 1000. */
  public static final int DEFAULT_MAX_ENTRIES = 1000;

  /** How many responses of one URL are stored, which differ by request fields. */
  private static final int MAX_VARIANTS = 8;

  private static final List<HeaderName> CONDITIONS =
      List.of(
          HeaderName.of("if-none-match"),
          HeaderName.of("if-modified-since"),
          HeaderName.of("if-match"),
          HeaderName.of("if-unmodified-since"),
          HeaderName.of("if-range"),
          HeaderName.of("range"));

  private final int maxObjectBytes;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, List<CacheEntry>> entries; // by URL; under the lock

  /** Creates an empty cache with the default limits. */
  public HttpCache() {
    this(DEFAULT_MAX_ENTRIES, DEFAULT_MAX_OBJECT_BYTES);
  }

  /**
   * Creates an empty cache.
   *
   * @param maxEntries how many URLs have stored responses
   * @param maxObjectBytes the largest body that is stored
   */
  public HttpCache(int maxEntries, int maxObjectBytes) {
    this(maxEntries, maxObjectBytes, System::currentTimeMillis);
  }

  /** The same with another clock, in ms since 1970; for tests. */
  public HttpCache(int maxEntries, int maxObjectBytes, LongSupplier clock) {
    this.maxObjectBytes = maxObjectBytes;
    this.clock = clock;
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, List<CacheEntry>> eldest) {
            return size() > maxEntries;
          }
        };
  }

  /** Returns the largest body that is stored. */
  public int maxObjectBytes() {
    return maxObjectBytes;
  }

  /** Returns the present time. */
  public long now() {
    return clock.getAsLong();
  }

  /** Returns whether a request has anything to do with the cache. */
  public static boolean concerns(HttpRequest request) {
    return request.method().equals("GET")
        && CONDITIONS.stream().allMatch(name -> request.fields().get(name) == null)
        && !Directives.of(request.fields()).has("no-store");
  }

  /** Returns whether a request takes nothing but what is stored. */
  public static boolean isOnlyIfCached(HttpRequest request) {
    return Directives.of(request.fields()).has("only-if-cached");
  }

  /** Returns the stored response for a request, fresh or not; null if there is none. */
  public CacheEntry find(HttpRequest request) {
    lock.lock();
    try {
      for (CacheEntry each : entries.getOrDefault(request.url().toString(), List.of())) {
        if (each.matches(request.fields())) {
          return each;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether a stored response may answer a request without being validated. */
  public boolean isUsable(CacheEntry entry, HttpRequest request) {
    return entry.isUsable(Directives.of(request.fields()), now());
  }

  /** Returns the request that asks whether a stored response is still the right one. */
  public static HttpRequest conditional(HttpRequest request, CacheEntry entry) {
    HttpRequest.Builder b = request.toBuilder();
    String tag = entry.headers().get("etag");
    String modified = entry.headers().get("last-modified");
    if (tag != null) {
      b.setHeader(HeaderName.of("if-none-match"), tag);
    }
    if (modified != null) {
      b.setHeader(HeaderName.of("if-modified-since"), modified);
    }
    return b.build();
  }

  /** Returns whether a response may be stored, if its body is small enough. */
  public static boolean isStorable(ResponseMessage message) {
    return CacheEntry.isStorable(message.status(), message.headers());
  }

  /** Stores a response in the place of the one for the same request. */
  public void store(HttpRequest request, ResponseMessage message, byte[] body, long requested) {
    Map<String, String> varying = new HashMap<>();
    for (String field : message.headers().getAll("vary")) {
      for (String name : field.split(",")) {
        if (!name.isBlank()) {
          String lower = name.trim().toLowerCase(Locale.ROOT);
          varying.put(lower, request.fields().get(HeaderName.of(lower)));
        }
      }
    }
    put(
        request,
        new CacheEntry(message, message.headers(), body, varying, requested, clock.getAsLong()));
  }

  /** Returns a stored response with the news of a 304, which is stored in its place. */
  public CacheEntry validated(
      HttpRequest request, CacheEntry entry, HttpHeaders fields, long requested) {
    CacheEntry fresh = entry.validated(fields, requested, clock.getAsLong());
    put(request, fresh);
    return fresh;
  }

  private void put(HttpRequest request, CacheEntry entry) {
    lock.lock();
    try {
      List<CacheEntry> variants =
          entries.computeIfAbsent(request.url().toString(), url -> new ArrayList<>());
      variants.removeIf(each -> each.matches(request.fields()));
      variants.add(0, entry);
      if (variants.size() > MAX_VARIANTS) {
        variants.remove(MAX_VARIANTS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what an unsafe request has changed, to which a response has come (RFC 9111 §4.4). */
  public void invalidate(HttpRequest request, ResponseMessage message) {
    boolean safe =
        switch (request.method()) {
          case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
          default -> false;
        };
    if (safe || message.status() >= 400) {
      return;
    }
    remove(request.url());
    for (String name : List.of("location", "content-location")) {
      String other = message.headers().get(name);
      if (other != null) {
        removeRelated(request.url(), other);
      }
    }
  }

  private void removeRelated(Url url, String reference) {
    try {
      Url other = url.resolve(reference);
      if (other.isSameOrigin(url)) {
        remove(other);
      }
    } catch (MalformedURLException e) {
      return; // names nothing that could be stored
    }
  }

  private void remove(Url url) {
    lock.lock();
    try {
      entries.remove(url.toString());
    } finally {
      lock.unlock();
    }
  }

  /** Forgets all. */
  public void clear() {
    lock.lock();
    try {
      for (Iterator<?> it = entries.keySet().iterator(); it.hasNext(); ) {
        it.next();
        it.remove();
      }
    } finally {
      lock.unlock();
    }
  }
}
