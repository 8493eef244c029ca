package weir.http;

import weir.options.Options;

/**
 * How header names are spelled in HTTP/1 messages. Their case means nothing (RFC 9110 §5.1), but some
 * peers were written by people who did not know.
 */
public enum HeaderCase {
  /** A capital letter after each hyphen, as in {@code Content-Type}, and {@code ETag}. */
  TITLE,
  /** As the program has written them; what the library adds is spelled as with {@link #TITLE}. */
  AS_GIVEN,
  /** In lower case. */
  LOWER;

  /**
   * Returns the one that an option names.
   *
   * @param option the option's key, for the message
   * @param value {@code :title}, {@code :as-given} or {@code :lower}
   * @throws IllegalArgumentException if it is something else
   */
  public static HeaderCase named(Object option, Object value) {
    return switch (String.valueOf(value)) {
      case ":title" -> TITLE;
      case ":as-given" -> AS_GIVEN;
      case ":lower" -> LOWER;
      default -> throw Options.illegal(option, value, ":title, :as-given or :lower");
    };
  }
}
