package weir;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import clojure.java.api.Clojure;
import clojure.lang.IFn;
import clojure.lang.PersistentHashSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import weir.testing.ClojureSources;

/**
 * Brings the Clojure side into the JUnit report: every namespace loads without a compiler warning,
 * and every {@code deftest} is a test of its own.
 *
 * <p>{@code -Dns=REGEX} keeps the namespaces whose whole name matches, and {@code -Dvar=REGEX} the
 * deftests: {@code mvn verify -Dtest=ClojureTest -Dns=weir.ring-present-test}.
 */
class ClojureTest {

  private static final long TEST_SECONDS = Long.getLong("weir.test.seconds", 120);
  private static final String NAMESPACES = System.getProperty("ns", ".*");
  private static final String VARS = System.getProperty("var", ".*");

  private static final List<ClojureSources.Source> SOURCES = ClojureSources.onClassPath();
  private static final IFn OWN_FILES = PersistentHashSet.create(files(SOURCES));

  @BeforeAll
  static void loadTheRunner() {
    Clojure.var("clojure.core", "require").invoke(Clojure.read("weir.test-runner"));
  }

  @TestFactory
  Stream<DynamicNode> everyNamespaceLoadsWithoutWarnings() {
    return SOURCES.stream()
        .filter(source -> !source.isTest())
        .map(ClojureSources.Source::namespace)
        .filter(namespace -> System.getProperty("ns") == null || namespace.matches(NAMESPACES))
        .map(namespace -> dynamicTest(namespace, () -> load(namespace)));
  }

  @TestFactory
  Stream<DynamicNode> clojure() {
    return SOURCES.stream()
        .filter(ClojureSources.Source::isTest)
        .map(ClojureSources.Source::namespace)
        .filter(namespace -> namespace.matches(NAMESPACES))
        .map(ClojureTest::container);
  }

  /** The load comes first, as a test of its own; a namespace that does not load has no others. */
  private static DynamicNode container(String namespace) {
    List<DynamicNode> tests = new ArrayList<>();
    try {
      List<?> warnings = loadedWith(namespace);
      tests.add(dynamicTest("loads", () -> assertNone(warnings)));
      tests.addAll(deftests(namespace));
    } catch (Throwable e) {
      tests.add(
          dynamicTest(
              "loads",
              () -> {
                throw e;
              }));
    }
    return dynamicContainer(namespace, tests);
  }

  private static List<DynamicTest> deftests(String namespace) {
    List<String> names =
        ((List<?>) call("test-names", namespace))
            .stream().map(String.class::cast).filter(name -> name.matches(VARS)).toList();
    assertFalse(names.isEmpty() && VARS.equals(".*"), namespace + " has no deftest");
    Session session = new Session(namespace);
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : names) {
      List<?> variants = (List<?>) call("variants", namespace, name);
      if (variants == null) {
        tests.add(dynamicTest(name, () -> session.run(name, null)));
      } else {
        variants.forEach(
            v -> tests.add(dynamicTest(name + " over " + v, () -> session.run(name, v))));
      }
    }
    tests.add(dynamicTest("cleans up", session::end));
    return tests;
  }

  /** A namespace opened for running when its first test is; see weir.test-runner/session. */
  private static final class Session {
    private final String namespace;
    private Object session;

    Session(String namespace) {
      this.namespace = namespace;
    }

    void run(String test, Object variant) {
      if (session == null) {
        session = call("session", namespace);
      }
      Object report = call("run-test", session, test, variant, TEST_SECONDS);
      if (report != null) {
        fail(report.toString());
      }
    }

    void end() {
      if (session != null) {
        call("end-session", session, TEST_SECONDS);
      }
    }
  }

  private static void load(String namespace) {
    assertNone(loadedWith(namespace));
  }

  private static void assertNone(List<?> warnings) {
    if (!warnings.isEmpty()) {
      fail(
          "The compiler warned:\n"
              + String.join("\n", warnings.stream().map(String::valueOf).toList()));
    }
  }

  private static List<?> loadedWith(String namespace) {
    return (List<?>) call("load-namespace", namespace, OWN_FILES);
  }

  private static Object call(String function, Object... arguments) {
    return Clojure.var("weir.test-runner", function)
        .applyTo(clojure.lang.ArraySeq.create(arguments));
  }

  private static List<String> files(List<ClojureSources.Source> sources) {
    return sources.stream().map(ClojureSources.Source::path).map(Path::toString).toList();
  }
}
