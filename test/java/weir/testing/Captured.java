package weir.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What is logged while this is open; the log goes on to where it went before. */
public final class Captured implements Closeable {

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  public Captured() {
    System.setErr(
        new PrintStream(bytes, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            super.println(line);
            before.println(line);
          }
        });
  }

  /** Returns what was logged so far. */
  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Waits until {@code part} was logged. */
  public void await(String part) {
    Await.until("the log has \"" + part + "\"", () -> text().contains(part));
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
