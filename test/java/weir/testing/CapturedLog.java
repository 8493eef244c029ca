package weir.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is logged between its creation and its end: the tests' logger writes to the error stream,
 * which this takes over. Tests run one after the other, so nobody else's lines are in it.
 */
public final class CapturedLog implements AutoCloseable {

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  public CapturedLog() {
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  /** Returns what has been logged so far, stack traces included. */
  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Returns the lines so far that contain {@code part}. */
  public List<String> lines(String part) {
    return text().lines().filter(line -> line.contains(part)).toList();
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
