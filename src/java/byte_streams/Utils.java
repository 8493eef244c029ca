package byte_streams;

/** The older name of {@link clj_commons.byte_streams.Utils}. */
public final class Utils {

  private Utils() {}

  /** Returns a new array of {@code length} zero bytes. */
  public static byte[] byteArray(int length) {
    return clj_commons.byte_streams.Utils.byteArray(length);
  }
}
