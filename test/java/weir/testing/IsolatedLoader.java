package weir.testing;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;

/**
 * Loads everything on the class path again, and so sees what a fresh JVM would load for a program.
 */
public final class IsolatedLoader extends URLClassLoader {

  /** Makes a loader that has loaded nothing. */
  public IsolatedLoader() {
    this(new String[0]);
  }

  /** Makes one that does without the jars whose paths have {@code absent} in them. */
  public IsolatedLoader(String... absent) {
    super(classPath(absent), ClassLoader.getPlatformClassLoader());
  }

  /** Returns true if the program has needed the class. */
  public boolean hasLoaded(String className) {
    return findLoadedClass(className) != null;
  }

  private static URL[] classPath(String... absent) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(path -> Arrays.stream(absent).noneMatch(path::contains))
        .map(IsolatedLoader::url)
        .toArray(URL[]::new);
  }

  private static URL url(String path) {
    try {
      return new File(path).toURI().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(path, e);
    }
  }
}
