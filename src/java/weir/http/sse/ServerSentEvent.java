package weir.http.sse;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * One event of a {@code text/event-stream} (HTML Living Standard §9.2). Immutable.
 *
 * @param event the event's type, null for {@code message}
 * @param id what the client sends as {@code Last-Event-ID} when it comes back; null for no change
 * @param data the text; lines may end with CR, LF or both; null for none
 * @param retryMillis how long the client waits before it comes back; negative for no change
 * @param comment text that clients ignore; null for none
 */
public record ServerSentEvent(
    String event, String id, String data, long retryMillis, String comment) {

  /** Checks that no field can break out of its line. */
  public ServerSentEvent {
    checkLine("event", event);
    checkLine("id", id);
    if (id != null && id.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("id: has a NUL (expected: none; clients drop such an id)");
    }
  }

  /** Returns an event of type {@code message}. */
  public static ServerSentEvent of(String data) {
    return new ServerSentEvent(null, null, Objects.requireNonNull(data, "data"), -1, null);
  }

  private static void checkLine(String field, String value) {
    if (value != null && (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0)) {
      throw new IllegalArgumentException(
          field + ": \"" + value + "\" (expected: one line; only data may have several)");
    }
  }

  /** Returns the event as it is sent: its lines, and the empty line that dispatches it. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder(32 + (data == null ? 0 : data.length()));
    addLines(text, "", comment);
    addLine(text, "event", event);
    addLine(text, "id", id);
    if (retryMillis >= 0) {
      addLine(text, "retry", Long.toString(retryMillis));
    }
    addLines(text, "data", data);
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void addLine(StringBuilder text, String field, String value) {
    if (value != null) {
      text.append(field).append(": ").append(value).append('\n');
    }
  }

  /** A field with several lines is sent as several fields, which the client joins with LF. */
  private static void addLines(StringBuilder text, String field, String value) {
    if (value != null) {
      for (String line : value.split("\r\n|\r|\n", -1)) {
        addLine(text, field, line);
      }
    }
  }
}
