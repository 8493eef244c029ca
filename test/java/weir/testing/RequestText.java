package weir.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads what a test says in the words of HTTP/1.1, piece by piece as it is said. */
final class RequestText {

  /** Who hears of requests. Fields are names and values in turn; names are in lower case. */
  interface Listener {
    void head(String method, String target, List<String> fields, boolean end) throws IOException;

    void data(byte[] bytes, boolean end) throws IOException;

    void trailers(List<String> fields) throws IOException;
  }

  private enum State {
    HEAD,
    BODY,
    TUNNEL,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS
  }

  private final Listener listener;
  private byte[] pending = {};
  private int from;
  private State state = State.HEAD;
  private long left;

  RequestText(Listener listener) {
    this.listener = listener;
  }

  void add(byte[] bytes) throws IOException {
    int rest = pending.length - from;
    byte[] all = new byte[rest + bytes.length];
    System.arraycopy(pending, from, all, 0, rest);
    System.arraycopy(bytes, 0, all, rest, bytes.length);
    pending = all;
    from = 0;
    while (step()) {
      // goes on
    }
  }

  /** Returns whether something was understood. */
  private boolean step() throws IOException {
    return switch (state) {
      case HEAD -> head();
      case BODY, CHUNK -> body();
      case TUNNEL -> tunnel();
      case CHUNK_SIZE -> chunkSize();
      case CHUNK_END -> {
        state = State.CHUNK_SIZE;
        yield takeTo("\r\n") != null;
      }
      case TRAILERS -> trailers();
    };
  }

  private boolean head() throws IOException {
    String text = takeTo("\r\n\r\n");
    if (text == null) {
      return false;
    }
    String[] lines = text.split("\r\n");
    String[] line = lines[0].split(" ");
    if (line.length != 3) {
      throw new IllegalArgumentException("only HTTP/1.1 has words for \"" + lines[0] + "\"");
    }
    List<String> fields = fields(Arrays.asList(lines).subList(1, lines.length));
    String coding = value(fields, "transfer-encoding");
    String length = value(fields, "content-length");
    left = length == null ? 0 : Long.parseLong(length);
    state =
        line[0].equals("CONNECT")
            ? State.TUNNEL
            : coding != null ? State.CHUNK_SIZE : left > 0 ? State.BODY : State.HEAD;
    listener.head(line[0], line[1], fields, state == State.HEAD);
    return true;
  }

  private boolean body() throws IOException {
    byte[] bytes = take((int) Math.min(left, pending.length - from));
    left -= bytes.length;
    boolean last = state == State.BODY && left == 0;
    if (bytes.length > 0) {
      listener.data(bytes, last);
    }
    if (left == 0) {
      state = last ? State.HEAD : State.CHUNK_END;
    }
    return left == 0;
  }

  private boolean tunnel() throws IOException {
    if (pending.length > from) {
      listener.data(take(pending.length - from), false);
    }
    return false;
  }

  private boolean chunkSize() throws IOException {
    String line = takeTo("\r\n");
    if (line == null) {
      return false;
    }
    left = Long.parseLong(line, 16);
    state = left > 0 ? State.CHUNK : State.TRAILERS;
    return true;
  }

  private boolean trailers() throws IOException {
    if (indexOf("\r\n") == 0) {
      take(2);
      state = State.HEAD;
      listener.data(new byte[0], true);
      return true;
    }
    String text = takeTo("\r\n\r\n");
    if (text == null) {
      return false;
    }
    state = State.HEAD;
    listener.trailers(fields(Arrays.asList(text.split("\r\n"))));
    return true;
  }

  private static List<String> fields(List<String> lines) {
    List<String> fields = new ArrayList<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      fields.add(line.substring(0, colon).toLowerCase(Locale.ROOT));
      fields.add(line.substring(colon + 1).trim());
    }
    return fields;
  }

  static String value(List<String> fields, String name) {
    for (int i = 0; i < fields.size(); i += 2) {
      if (fields.get(i).equals(name)) {
        return fields.get(i + 1);
      }
    }
    return null;
  }

  private byte[] take(int n) {
    byte[] taken = Arrays.copyOfRange(pending, from, from + n);
    from += n;
    return taken;
  }

  /** Takes what stands before a mark, and the mark; null if it has not come. */
  private String takeTo(String mark) {
    int at = indexOf(mark);
    if (at < 0) {
      return null;
    }
    String text = new String(take(at), StandardCharsets.ISO_8859_1);
    take(mark.length());
    return text;
  }

  /** Returns how far away a mark is, or -1. */
  private int indexOf(String mark) {
    byte[] bytes = mark.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = from; i + bytes.length <= pending.length; i++) {
      if (Arrays.equals(pending, i, i + bytes.length, bytes, 0, bytes.length)) {
        return i - from;
      }
    }
    return -1;
  }
}
