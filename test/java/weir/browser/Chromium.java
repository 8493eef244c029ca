package weir.browser;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A headless Chromium with an empty profile of its own.
 *
 * <pre>{@code
 * try (Chromium browser = Chromium.launch()) {
 *   Page page = browser.open("http://localhost:8080/");
 *   page.click("#hello button");
 *   page.await("document.querySelector('#hello output').textContent == 'hello!'");
 * }
 * }</pre>
 *
 * <p>The program is the first of {@code chromium}, {@code chromium-browser} and {@code google-chrome}
 * on the path, or what the environment variable {@code CHROMIUM} names.
 */
public final class Chromium implements Closeable {

  private static final List<String> PROGRAMS =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final List<String> OPTIONS =
      List.of(
          "--headless",
          "--no-sandbox", // which root may not have
          "--disable-gpu",
          "--disable-dev-shm-usage", // containers have too little of it
          "--disable-quic",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-extensions",
          "--no-first-run",
          "--no-default-browser-check",
          "--no-proxy-server",
          "--password-store=basic",
          "--remote-debugging-port=0");
  private static final long START_SECONDS = 60;
  private static final long END_SECONDS = 20;

  private final Process process;
  private final Path profile;
  private final DevTools devTools;

  private Chromium(Process process, Path profile, DevTools devTools) {
    this.process = process;
    this.profile = profile;
    this.devTools = devTools;
  }

  /**
   * Starts a browser.
   *
   * @param more options of the program
   * @throws IllegalStateException if there is none on this machine, or it does not come up
   */
  public static Chromium launch(String... more) {
    String program = program();
    try {
      Path profile = Files.createTempDirectory("chromium");
      Path log = profile.resolve("stderr.log");
      Process process =
          new ProcessBuilder(command(program, profile, more))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        return new Chromium(process, profile, DevTools.connect(address(process, profile, log)));
      } catch (RuntimeException e) {
        end(process);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(String program, Path profile, String... more) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(more));
    command.addAll(OPTIONS);
    command.add("--user-data-dir=" + profile);
    command.add("about:blank");
    return command;
  }

  private static String program() {
    String chosen = System.getenv("CHROMIUM");
    if (chosen != null) {
      return chosen;
    }
    for (String name : PROGRAMS) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
        Path file = Path.of(folder, name);
        if (Files.isExecutable(file)) {
          return file.toString();
        }
      }
    }
    throw new IllegalStateException(
        "The browser tests need Chromium, and none of "
            + PROGRAMS
            + " is on the path. Install it (Debian: apt-get install chromium), run the tests with"
            + " `make test`, which does, or let the environment variable CHROMIUM name it.");
  }

  /** Waits for the file in which the browser tells its port and its path, one line each. */
  private static URI address(Process process, Path profile, Path log) throws IOException {
    Path file = profile.resolve("DevToolsActivePort");
    boolean up =
        Deadline.seconds(START_SECONDS)
            .until(() -> !process.isAlive() || portAndPath(file).size() == 2);
    List<String> lines = portAndPath(file);
    if (!up || lines.size() != 2) {
      throw new IllegalStateException(
          "Chromium did not start within "
              + START_SECONDS
              + " s. It said:\n"
              + Files.readString(log));
    }
    return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
  }

  private static List<String> portAndPath(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens {@code url} in a tab of its own and returns when the page has loaded. */
  public Page open(String url) {
    Object target =
        devTools.call(null, "Target.createTarget", Map.of("url", "about:blank")).get("targetId");
    Map<String, ?> attach = Map.of("targetId", target, "flatten", true);
    Object session = devTools.call(null, "Target.attachToTarget", attach).get("sessionId");
    Page page = new Page(devTools, (String) session, (String) target);
    page.load(url);
    return page;
  }

  /** Ends the browser with all its processes and deletes its profile. */
  @Override
  public void close() {
    devTools.close();
    end(process);
    delete(profile);
  }

  private static void end(Process process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(
        p -> {
          if (!Deadline.seconds(END_SECONDS).until(() -> !p.isAlive())) {
            throw new IllegalStateException("Chromium's process " + p.pid() + " did not end");
          }
        });
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
