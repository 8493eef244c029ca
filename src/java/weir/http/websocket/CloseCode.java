package weir.http.websocket;

import java.nio.charset.StandardCharsets;

/**
 * The codes of RFC 6455 §7.4.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455 §7.4</a>
 */
public final class CloseCode {

  /** The purpose of the connection has been fulfilled. */
  public static final int NORMAL = 1000;

  /** The server stops, or the browser leaves the page. */
  public static final int GOING_AWAY = 1001;

  /** The peer broke the protocol. */
  public static final int PROTOCOL_ERROR = 1002;

  /** There was no code in the Close; never sent. */
  public static final int NONE = 1005;

  /** There was no Close; never sent. */
  public static final int ABNORMAL = 1006;

  /** A message was not what its type says, such as text that is not UTF-8. */
  public static final int BAD_DATA = 1007;

  /** A message was too big. */
  public static final int TOO_BIG = 1009;

  /** The listener failed. */
  public static final int INTERNAL_ERROR = 1011;

  /** The server is overloaded. */
  public static final int TRY_AGAIN_LATER = 1013;

  /** What {@link WebSocket#close} takes for "no code". */
  public static final int WITHOUT = -1;

  /** RFC 6455 §5.5.1: 125 bytes, two of which are the code. */
  private static final int MAX_REASON_BYTES = 123;

  private static final int FIRST_PRIVATE = 3000;
  private static final int LAST = 4999;

  private CloseCode() {}

  /** Returns whether a Close may carry the code. */
  public static boolean isLegal(int code) {
    return code >= FIRST_PRIVATE && code <= LAST
        || code >= 1000 && code <= 1003
        || code >= 1007 && code <= 1014;
  }

  /**
   * Checks what is about to be sent.
   *
   * @throws IllegalArgumentException if a Close cannot carry it
   */
  static void check(int code, String reason) {
    if (code == WITHOUT) {
      if (reason != null && !reason.isEmpty()) {
        throw new IllegalArgumentException(
            "websocket close reason without a status code (expected: a code, or no reason)");
      }
      return;
    }
    if (code < 1000 || code > LAST) {
      throw new IllegalArgumentException(
          "websocket status code should be in range 1000-4999, is " + code);
    }
    if (!isLegal(code)) {
      throw new IllegalArgumentException(
          "websocket status code " + code + " is reserved by RFC 6455 and must not be sent");
    }
    int length = reason == null ? 0 : reason.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_REASON_BYTES) {
      throw new IllegalArgumentException(
          "websocket close reason has " + length + " bytes (expected: at most 123 in UTF-8)");
    }
  }
}
