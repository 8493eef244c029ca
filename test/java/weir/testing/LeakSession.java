package weir.testing;

import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Puts the whole test run under {@link Leaks}. A leak that shows only after the last test, or in a
 * run without {@code weir.LeakTest}, makes the JVM end with an error code.
 */
public final class LeakSession implements LauncherSessionListener {

  private static final int EXIT_CODE = 99;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Leaks.install();
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      List<String> leaks = Leaks.find();
      if (!leaks.isEmpty()) {
        leaks.forEach(System.err::println);
        failTheRun();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failTheRun();
    }
  }

  /**
   * JUnit swallows what a listener throws, so the JVM itself has to fail, after its last report.
   */
  private static void failTheRun() {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(EXIT_CODE), "leaks found"));
  }
}
