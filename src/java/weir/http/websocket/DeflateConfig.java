package weir.http.websocket;

/**
 * What this side wants of permessage-deflate. As a client it offers this; as a server it asks for it
 * where the client's offer allows. What the peer asks for is granted in any case.
 *
 * @param level 1 is fastest, 9 smallest
 * @param serverNoContextTakeover the server begins each message anew, which costs compression and
 *     saves some 300 KB of native memory for each socket of the server
 * @param clientNoContextTakeover the same of the client
 * @param serverMaxWindowBits how far back the server's messages refer: 8 to 15, as a power of two
 * @param clientMaxWindowBits the same of the client's
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7692#section-7">RFC 7692 §7</a>
 */
public record DeflateConfig(
    int level,
    boolean serverNoContextTakeover,
    boolean clientNoContextTakeover,
    int serverMaxWindowBits,
    int clientMaxWindowBits) {

  /** The widest window. */
  public static final int MAX_WINDOW_BITS = 15;

  /** The narrowest window. */
  public static final int MIN_WINDOW_BITS = 8;

  /** Level 6, both sides refer to earlier messages, with the widest windows. */
  public static final DeflateConfig DEFAULT =
      new DeflateConfig(6, false, false, MAX_WINDOW_BITS, MAX_WINDOW_BITS);

  /** Checks the ranges. */
  public DeflateConfig {
    check("level", level, 1, 9);
    check("serverMaxWindowBits", serverMaxWindowBits, MIN_WINDOW_BITS, MAX_WINDOW_BITS);
    check("clientMaxWindowBits", clientMaxWindowBits, MIN_WINDOW_BITS, MAX_WINDOW_BITS);
  }

  private static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
