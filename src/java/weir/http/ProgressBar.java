package weir.http;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Draws how far a body has come in the last line of a terminal, ten times a second at most: {@code
 * big.iso [=====>    ] 50% 12.3 MB 4.5 MB/s}.
 */
public final class ProgressBar implements Progress {

  private static final int WIDTH = 30;
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

  private final String name;
  private final PrintStream out;
  private final long start = System.nanoTime();
  private long first = -1; // bytes that were there before
  private long drawn;
  private int width;

  /**
   * Creates a bar.
   *
   * @param name what stands before it
   */
  public ProgressBar(String name, PrintStream out) {
    this.name = name;
    this.out = out;
    this.drawn = start - PAUSE;
  }

  /** Returns whether the program has a terminal to draw on. */
  public static boolean hasTerminal() {
    java.io.Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // JDK 22 has a console in any case, and says whether it is one
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @Override
  public synchronized void moved(long bytes, long total) {
    first = first < 0 ? bytes : first;
    long now = System.nanoTime();
    if (now - drawn < PAUSE && bytes != total) {
      return;
    }
    drawn = now;
    draw(line(bytes, total, Math.max(1, now - start)));
    if (bytes == total) {
      out.println();
    }
  }

  private void draw(String line) {
    out.print('\r' + line + " ".repeat(Math.max(0, width - line.length())));
    out.flush();
    width = line.length();
  }

  private String line(long bytes, long total, long nanos) {
    String rate = size((bytes - first) * 1_000_000_000.0 / nanos) + "/s";
    if (total <= 0) {
      return name + " " + size(bytes) + " " + rate;
    }
    int filled = (int) (WIDTH * bytes / total);
    String bar = "=".repeat(filled) + (filled < WIDTH ? ">" : "");
    return String.format(
        Locale.ROOT,
        "%s [%-" + WIDTH + "s] %3d%% %s %s",
        name,
        bar,
        100 * bytes / total,
        size(bytes),
        rate);
  }

  private static String size(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    double n = bytes;
    while (n >= 1000 && unit < units.length - 1) {
      n /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", n, units[unit]);
  }
}
