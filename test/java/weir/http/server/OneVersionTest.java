package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A suite of the server runs over both versions of HTTP, or {@code test/one-version.md} says why not. */
class OneVersionTest {

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([\\w.-]+)` \\| [\\w.]+ \\| \\S.*\\|$");

  @Test
  void everySuiteRunsOverBothVersionsOrSaysWhyNot() throws IOException {
    Set<String> listed = new TreeSet<>();
    Matcher rows = ROW.matcher(Files.readString(Path.of("test/one-version.md")));
    while (rows.find()) {
      listed.add(rows.group(1));
    }
    Set<String> found = new TreeSet<>(javaSuites());
    found.addAll(clojureSuites());
    assertEquals(String.join("\n", found), String.join("\n", listed));
  }

  private static Set<String> javaSuites() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("test/java/weir/http/server"))) {
      return files
          .filter(file -> file.toString().endsWith("Test.java"))
          .filter(file -> !text(file).contains("\n@OverBothVersions\n"))
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .collect(Collectors.toSet());
    }
  }

  /** Those that speak HTTP byte by byte. */
  private static Set<String> clojureSuites() throws IOException {
    Path root = Path.of("test/clojure");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith("_test.clj"))
          .filter(file -> text(file).contains("RawClient"))
          .filter(file -> !text(file).contains("(use-fixtures :each versions/each-version)"))
          .map(file -> root.relativize(file).toString())
          .map(name -> name.replace(".clj", "").replace('/', '.').replace('_', '-'))
          .collect(Collectors.toSet());
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
