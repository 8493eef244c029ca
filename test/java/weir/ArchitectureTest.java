package weir;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the rooms of the house to who may import whom; {@code docs/architecture.md} has the table.
 */
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("weir", "manifold", "aleph", "org.httpkit", "clj_commons");

  private static final String[] FACADES = {
    "manifold..", "aleph..", "org.httpkit..", "clj_commons.."
  };

  /** Programs make or call these by class: shells around the engine's own, or a delegation. */
  private static final DescribedPredicate<JavaClass> MADE_BY_PROGRAMS =
      belongToAnyOf(
          aleph.http.AlephChannelInitializer.class,
          aleph.http.AlephCompressionOptions.class,
          aleph.http.AlephHttp2FrameCodecBuilder.class,
          aleph.http.ApnHandler.class,
          clj_commons.byte_streams.ByteBufferInputStream.class,
          clj_commons.byte_streams.InputStream.class,
          clj_commons.byte_streams.Utils.class,
          org.httpkit.HttpMethod.class,
          org.httpkit.PrefixThreadFactory.class,
          org.httpkit.client.ClientSslEngineFactory.class,
          org.httpkit.client.IFilter.MaxBodyFilter.class,
          org.httpkit.logger.EventNames.class,
          org.httpkit.server.Frame.PingFrame.class,
          org.httpkit.timer.TimerService.class);

  /** Each room and what it knows of directly; it may import what those know, too. */
  private static final Map<String, List<String>> ROOMS = new LinkedHashMap<>();

  static {
    ROOMS.put("define", List.of());
    ROOMS.put("options", List.of());
    ROOMS.put("executor", List.of("options"));
    ROOMS.put("time", List.of("executor"));
    ROOMS.put("deferred", List.of("executor", "time"));
    ROOMS.put("stream", List.of("deferred", "time"));
    ROOMS.put("bytes", List.of("stream"));
    ROOMS.put("net", List.of("bytes"));
    ROOMS.put("tcp", List.of("net"));
    ROOMS.put("udp", List.of("net"));
    ROOMS.put("http", List.of("net"));
    ROOMS.put("http.websocket", List.of("http"));
    ROOMS.put("http.http2", List.of("http"));
    ROOMS.put("http.server", List.of("http", "http.websocket", "http.http2"));
    ROOMS.put("http.client", List.of("http", "http.websocket", "http.http2"));
  }

  /** The doors of the Java API stand in the room that both sides share, and open into one side. */
  private static final DescribedPredicate<JavaClass> DOORS =
      named("weir.http.HttpServer")
          .or(named("weir.http.RingServer"))
          .or(named("weir.http.Http2Setup"))
          .or(named("weir.http.Http2ServerOptions"))
          .or(named("weir.http.JavaApplication"))
          .or(named("weir.http.HttpClient"));

  private static final DescribedPredicate<JavaMethodCall> LOADS =
      DescribedPredicate.describe(
          "load or look up a namespace",
          call ->
              call.getTargetOwner().isEquivalentTo(clojure.lang.RT.class)
                  && Set.of("load", "loadResourceScript", "maybeLoadResourceScript", "init", "var")
                      .contains(call.getName()));

  static Set<String> rooms() {
    return ROOMS.keySet();
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void aRoomImportsOnlyWhatItKnows(String room) {
    Set<String> known = knownTo(room);
    String[] unknown =
        ROOMS.keySet().stream().filter(other -> !known.contains(other)).toArray(String[]::new);
    check(
        noClasses()
            .that(liveIn(room))
            .and(not(DOORS))
            .should()
            .dependOnClassesThat(liveInAnyOf(unknown))
            .because("weir." + room + " knows only " + known));
  }

  @Test
  void everyClassLivesInARoom() {
    check(classes().that().resideInAPackage("weir..").should().resideInAnyPackage(packages()));
  }

  @ParameterizedTest
  @MethodSource("roomsWithoutNetty")
  void aRoomBelowTheNetworkKnowsNothingOfNetty(String room) {
    check(
        noClasses()
            .that(liveIn(room))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.."));
  }

  static Stream<String> roomsWithoutNetty() {
    return Stream.of("define", "deferred", "executor", "options", "time", "stream", "bytes");
  }

  /**
   * Namespaces are for the facades; the engine gets the functions and maps that they hand over. What
   * the facades are defined with is their part, and no room knows it.
   */
  @Test
  void theEngineNeverLoadsANamespace() {
    check(
        noClasses()
            .that()
            .resideInAPackage("weir..")
            .and(not(liveIn("define")))
            .should()
            .dependOnClassesThat(
                belongToAnyOf(
                    clojure.java.api.Clojure.class,
                    clojure.lang.Compiler.class,
                    clojure.lang.Namespace.class))
            .orShould()
            .callMethodWhere(LOADS)
            .because("a Java caller pays nothing for Clojure"));
  }

  @Test
  void theTypesOfTheOtherLibrariesHoldNoLogic() {
    check(
        classes()
            .that()
            .resideInAnyPackage(FACADES)
            .and(not(MADE_BY_PROGRAMS))
            .should(beAnInterfaceAnAbstractClassOrAnException()));
  }

  @Test
  void theTypesOfTheOtherLibrariesKnowNothingOfTheEngine() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(FACADES)
            .and(not(MADE_BY_PROGRAMS))
            .should()
            .dependOnClassesThat(resideInAnyPackage("weir..", "io.netty..")));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  private static Set<String> knownTo(String room) {
    Set<String> known = new TreeSet<>(Set.of(room));
    ROOMS.get(room).forEach(other -> known.addAll(knownTo(other)));
    return known;
  }

  private static String[] packages() {
    return ROOMS.keySet().stream().map(room -> "weir." + room + "..").toArray(String[]::new);
  }

  /** In the room or a corner of it, but not in a room of its own within it. */
  private static DescribedPredicate<JavaClass> liveIn(String room) {
    DescribedPredicate<JavaClass> predicate = resideInAPackage("weir." + room + "..");
    for (String inner : ROOMS.keySet()) {
      if (inner.startsWith(room + ".")) {
        predicate = predicate.and(not(resideInAPackage("weir." + inner + "..")));
      }
    }
    return predicate.as("live in weir." + room);
  }

  private static DescribedPredicate<JavaClass> liveInAnyOf(String... rooms) {
    DescribedPredicate<JavaClass> predicate = DescribedPredicate.alwaysFalse();
    for (String room : rooms) {
      predicate = predicate.or(liveIn(room));
    }
    return predicate.as("live in any of " + List.of(rooms));
  }

  private static DescribedPredicate<JavaClass> named(String outermost) {
    return DescribedPredicate.describe(
        "belong to " + outermost,
        type -> type.getName().equals(outermost) || type.getName().startsWith(outermost + "$"));
  }

  private static ArchCondition<JavaClass> beAnInterfaceAnAbstractClassOrAnException() {
    return new ArchCondition<>("be an interface, an abstract class or an exception") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean allowed =
            type.isInterface()
                || type.getModifiers().contains(JavaModifier.ABSTRACT)
                || assignableTo(Throwable.class).test(type);
        String message = type.getDescription() + (allowed ? " is one" : " is none of these");
        events.add(new SimpleConditionEvent(type, allowed, message));
      }
    };
  }
}
