package weir.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A foreign program that runs beside a test and ends with it. */
public final class Program implements Closeable {

  private static final long LIMIT_SECONDS = 20;

  private final Process process;
  private final StringBuffer output = new StringBuffer();
  private final Thread reader;

  private Program(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "output of a program");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a program; what it writes to either stream is kept. */
  public static Program start(String... command) throws IOException {
    return new Program(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Runs a program to its end with some input; returns what it has written. */
  public static String run(String input, List<String> command) throws Exception {
    try (Program program = start(command.toArray(String[]::new))) {
      try (OutputStream in = program.process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException over) {
        // It does not want to hear more.
        program.output.append("");
      }
      if (!program.process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " did not end; it wrote " + program.output());
      }
      program.reader.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
      return program.output();
    }
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      for (int n; (n = in.read(buffer)) >= 0; ) {
        output.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
      }
    } catch (IOException ended) {
      output.append("\n(").append(ended.getMessage()).append(")");
    }
  }

  /** Returns what it has written so far. */
  public String output() {
    return output.toString();
  }

  /** Returns whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it has written {@code part}. */
  public Program await(String part) {
    Await.until(
        "a program writes \"" + part + "\"",
        () -> {
          if (!output().contains(part) && !isAlive() && !reader.isAlive()) {
            throw new AssertionError("it has ended: " + output());
          }
          return output().contains(part);
        });
    return this;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
