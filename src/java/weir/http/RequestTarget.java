package weir.http;

/**
 * The parts of a request target, all of them raw: nothing is decoded or normalized.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-3.2">RFC 9112 §3.2</a>
 */
public final class RequestTarget {
  private RequestTarget() {}

  /**
   * Returns the path: what stands before the first question mark.
   *
   * <p>An absolute-form target ({@code http://host/path}) is reduced to its path, and an empty path
   * is {@code /}. The asterisk of {@code OPTIONS *} and the {@code host:port} of {@code CONNECT}
   * stay as they are.
   */
  public static String path(String target) {
    int mark = target.indexOf('?');
    int end = mark < 0 ? target.length() : mark;
    int authority = authorityStart(target, end);
    int start = authority < 0 ? 0 : authorityEnd(target, authority);
    if (start == end) {
      return "/";
    }
    return start == 0 && end == target.length() ? target : target.substring(start, end);
  }

  /** Returns what follows the first question mark, or null when there is none. */
  public static String query(String target) {
    int mark = target.indexOf('?');
    return mark < 0 ? null : target.substring(mark + 1);
  }

  /** Returns the {@code host[:port]} of an absolute-form target, without user; else null. */
  public static String authority(String target) {
    int mark = target.indexOf('?');
    int start = authorityStart(target, mark < 0 ? target.length() : mark);
    if (start < 0) {
      return null;
    }
    String authority = target.substring(start, authorityEnd(target, start));
    return authority.substring(authority.lastIndexOf('@') + 1);
  }

  /** The index behind {@code scheme://}, or -1 when the target does not begin like that. */
  private static int authorityStart(String target, int end) {
    if (end == 0 || !isAlpha(target.charAt(0))) {
      return -1; // origin-form and "*", that is nearly always
    }
    int i = 1;
    while (i < end && isSchemeChar(target.charAt(i))) {
      i++;
    }
    return i + 3 <= end && target.startsWith("://", i) ? i + 3 : -1;
  }

  private static int authorityEnd(String target, int start) {
    int i = start;
    while (i < target.length() && target.charAt(i) != '/' && target.charAt(i) != '?') {
      i++;
    }
    return i;
  }

  private static boolean isSchemeChar(char c) {
    return isAlpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  }

  private static boolean isAlpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
