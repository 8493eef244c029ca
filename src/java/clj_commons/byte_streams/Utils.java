package clj_commons.byte_streams;

/** What Clojure code needs a class for. */
public final class Utils {

  private Utils() {}

  /** Returns a new array of {@code length} zero bytes. */
  public static byte[] byteArray(int length) {
    return new byte[length];
  }
}
