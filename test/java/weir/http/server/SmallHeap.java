package weir.http.server;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts a {@link SmallHeapServer} with 256 MiB of heap, and as much direct memory, and ends it. */
final class SmallHeap implements Closeable {

  private final Process process;
  private final BufferedReader answers;
  private final File log;
  private final int port;

  /**
   * @param folder where its log goes
   */
  SmallHeap(Path folder) throws IOException {
    log = folder.resolve("log").toFile();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) { // which warns about what Netty uses
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            SmallHeapServer.class.getName()));
    process = new ProcessBuilder(command).redirectError(log).start();
    answers = process.inputReader();
    port = Integer.parseInt(answers.readLine());
  }

  int port() {
    return port;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns what it has logged, which should be nothing. */
  String log() {
    try {
      return Files.readString(log.toPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is in use after a full collection. */
  record Use(int connections, long heap, long direct) {}

  Use use() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    String[] words = answers.readLine().split(" ");
    return new Use(Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
