package weir.http.cookie;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The value of a Cookie field: {@code a=b; c=d}. */
public final class CookieHeader {

  /** The most specific path first; a cookie without one last. */
  static final Comparator<Cookie> BY_PATH =
      Comparator.comparingInt((Cookie c) -> c.path() == null ? 0 : -c.path().length());

  private CookieHeader() {}

  /** Returns the field's value, or null if there are no cookies. */
  public static String of(Collection<Cookie> cookies) {
    if (cookies.isEmpty()) {
      return null;
    }
    StringBuilder value = new StringBuilder();
    for (Cookie each : cookies) {
      value.append(value.length() == 0 ? "" : "; ");
      value.append(each.name()).append('=').append(each.value());
    }
    return value.toString();
  }

  /** Returns one cookie of each name, that of the most specific path. */
  public static List<Cookie> unique(Collection<Cookie> cookies) {
    List<Cookie> sorted = new ArrayList<>(cookies);
    sorted.sort(BY_PATH);
    Set<String> names = new HashSet<>();
    sorted.removeIf(each -> !names.add(each.name()));
    return sorted;
  }
}
