package weir.http.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What both sides of the opening handshake share, RFC 6455 §4. */
public final class Handshakes {

  /** The only version there is. */
  public static final String VERSION = "13";

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private Handshakes() {}

  /** Returns the Sec-WebSocket-Accept for a Sec-WebSocket-Key. */
  public static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-1", e);
    }
  }

  /** Returns whether that is 16 bytes in base64. */
  public static boolean isKey(String key) {
    if (key == null || key.length() != 24) {
      return false;
    }
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  /** Returns whether a request asks for a WebSocket: its Upgrade header names it. */
  public static boolean isUpgrade(HttpHeaders headers) {
    return hasToken(headers, HttpHeaderNames.UPGRADE, "websocket");
  }

  static boolean hasToken(HttpHeaders headers, CharSequence name, String token) {
    for (String value : tokens(headers, name)) {
      if (value.equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the comma-separated values of all fields of that name. */
  public static List<String> tokens(HttpHeaders headers, CharSequence name) {
    List<String> all = new ArrayList<>();
    for (String field : headers.getAll(name)) {
      for (String value : field.split(",")) {
        if (!value.isBlank()) {
          all.add(value.trim());
        }
      }
    }
    return all;
  }

  /** Returns the fields of that name as one, or null. */
  static String joined(HttpHeaders headers, CharSequence name) {
    List<String> all = headers.getAll(name);
    return all.isEmpty() ? null : String.join(", ", all);
  }
}
