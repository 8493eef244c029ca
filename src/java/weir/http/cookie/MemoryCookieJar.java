package weir.http.cookie;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import weir.http.Url;

/**
 * Keeps cookies in memory. It takes none for a host that the response has not come from, and none for
 * a public suffix.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265#section-5.3">RFC 6265 §5.3</a>
 */
public final class MemoryCookieJar implements CookieJar {

  /** Cookies that are kept: 3000. The oldest makes room. */
  public static final int MAX_COOKIES = 3000;

  /** Cookies of one domain that are kept: 180. The oldest makes room. */
  public static final int MAX_COOKIES_PER_DOMAIN = 180;

  private record Key(String domain, String path, String name) {}

  private final Predicate<String> publicSuffix;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Cookie> cookies = new LinkedHashMap<>(); // under the lock; by age

  /** Creates an empty jar that knows {@link PublicSuffixes}. */
  public MemoryCookieJar() {
    this(PublicSuffixes::contains);
  }

  /**
   * Creates an empty jar.
   *
   * @param publicSuffix whether a domain, in lower case, is one that nobody may set cookies for
   */
  public MemoryCookieJar(Predicate<String> publicSuffix) {
    this(publicSuffix, System::currentTimeMillis);
  }

  MemoryCookieJar(Predicate<String> publicSuffix, LongSupplier clock) {
    this.publicSuffix = Objects.requireNonNull(publicSuffix, "publicSuffix");
    this.clock = clock;
  }

  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public String header(Url url) {
    List<Cookie> mine = new ArrayList<>();
    for (Cookie each : cookies()) {
      if (each.matches(url.isSecure(), url.host(), url.path())) {
        mine.add(each);
      }
    }
    return CookieHeader.of(CookieHeader.unique(mine));
  }

  @Override
  public void receive(Url url, List<String> fields) {
    long now = clock.getAsLong();
    for (String field : fields) {
      Cookie cookie = SetCookie.parse(field, now);
      Cookie accepted = cookie == null ? null : accepted(cookie, url, now);
      if (accepted != null) {
        add(accepted);
      }
    }
  }

  /** The cookie as it is kept, or null if the host may not set it. */
  private Cookie accepted(Cookie cookie, Url url, long now) {
    return Acceptance.of(cookie, url.isSecure(), url.host(), url.path(), publicSuffix, now);
  }

  /** Adds a cookie as it is, or removes the one that it replaces if it is expired. */
  public void add(Cookie cookie) {
    Key key = new Key(Cookie.normalized(cookie.domain()), cookie.path(), cookie.name());
    lock.lock();
    try {
      cookies.remove(key);
      if (!cookie.isExpired(clock.getAsLong())) {
        cookies.put(key, cookie);
        makeRoom(key.domain());
      }
    } finally {
      lock.unlock();
    }
  }

  private void makeRoom(String domain) {
    int same = 0;
    Key oldest = null;
    if (cookies.size() > MAX_COOKIES) {
      cookies.remove(cookies.keySet().iterator().next());
    }
    for (Key each : cookies.keySet()) {
      if (each.domain().equals(domain)) {
        oldest = oldest == null ? each : oldest;
        same++;
      }
    }
    if (same > MAX_COOKIES_PER_DOMAIN) {
      cookies.remove(oldest);
    }
  }

  /** Returns what is not expired: by domain, and in it by path, the longest first. */
  public List<Cookie> cookies() {
    long now = clock.getAsLong();
    List<Cookie> all;
    lock.lock();
    try {
      for (Iterator<Cookie> it = cookies.values().iterator(); it.hasNext(); ) {
        if (it.next().isExpired(now)) {
          it.remove();
        }
      }
      all = new ArrayList<>(cookies.values());
    } finally {
      lock.unlock();
    }
    all.sort(
        Comparator.comparing((Cookie c) -> Cookie.normalized(c.domain()))
            .thenComparing(CookieHeader.BY_PATH));
    return all;
  }

  /** Forgets all cookies. */
  public void clear() {
    lock.lock();
    try {
      cookies.clear();
    } finally {
      lock.unlock();
    }
  }
}
