package weir.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the Clojure namespaces that lie in folders of the class path, which are all our own. */
public final class ClojureSources {

  private static final Pattern NAMESPACE_FORM = Pattern.compile("(?m)^\\(ns\\s");

  private ClojureSources() {}

  /**
   * One source file with an {@code ns} form.
   *
   * @param path where it is within its root, with the extension
   */
  public record Source(Path path) {

    /** The namespace by the file's name. */
    public String namespace() {
      String name = path.toString();
      return name.substring(0, name.lastIndexOf('.')).replace('/', '.').replace('_', '-');
    }

    /** True for a namespace of deftests, whose name ends in {@code -test}. */
    public boolean isTest() {
      return namespace().endsWith("-test");
    }
  }

  /** Every namespace, in the order of their names. */
  public static List<Source> onClassPath() {
    List<Source> sources = new ArrayList<>();
    for (Path root : roots()) {
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(ClojureSources::isNamespace)
            .map(file -> new Source(root.relativize(file)))
            .filter(source -> !source.path().startsWith("clj-kondo.exports"))
            .forEach(sources::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    sources.sort((a, b) -> a.namespace().compareTo(b.namespace()));
    return sources;
  }

  private static List<Path> roots() {
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      return Collections.list(loader.getResources("")).stream()
          .filter(url -> url.getProtocol().equals("file"))
          .map(ClojureSources::path)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path path(URL url) {
    return Path.of(URI.create(url.toString()));
  }

  private static boolean isNamespace(Path file) {
    String name = file.getFileName().toString();
    if (!name.endsWith(".clj") && !name.endsWith(".cljc")) {
      return false;
    }
    try {
      return NAMESPACE_FORM.matcher(Files.readString(file)).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
