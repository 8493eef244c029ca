package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.IDeref;
import clojure.lang.IFn;
import clojure.lang.IPending;
import clojure.lang.Keyword;
import clojure.lang.RT;
import clojure.lang.Var;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import manifold.deferred.IDeferred;

/**
 * Makes deferreds of other eventual values. What can be done with an object depends on its class
 * alone and is remembered for each class. In this order:
 *
 * <ol>
 *   <li>an {@link IDeferred} is itself;
 *   <li>a class that was {@linkplain #extend extended}, in Java or through the Clojure protocol;
 *   <li>a {@link CompletionStage} completes a new deferred, on its own completing thread;
 *   <li>a {@link Future}, and anything pending that can be dereferenced (a promise, a delay), is seen
 *       through a deferred that blocks one thread of the wait pool, from the first callback on.
 * </ol>
 */
public final class Coercion {

  private static final Map<Class<?>, Function<Object, Object>> EXTENSIONS =
      new ConcurrentHashMap<>();

  private static final Function<Object, IDeferred> ITSELF = IDeferred.class::cast;

  private static final IFn OF_STAGE =
      new AFn() {
        @Override
        public Object invoke(Object stage) {
          return ofStage((CompletionStage<?>) stage);
        }
      };

  /** Answers for a class with a function to a deferred, or null. */
  private static volatile IFn protocol;

  /** The classes with an answer in {@link #CONVERTERS}, to be forgotten when answers change. */
  private static final Set<Class<?>> SEEN =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private static final ClassValue<Function<Object, IDeferred>> CONVERTERS =
      new ClassValue<>() {
        @Override
        protected Function<Object, IDeferred> computeValue(Class<?> type) {
          SEEN.add(type); // first, so that a reset from now on makes this be asked again
          return converter(type);
        }
      };

  /**
   * Classes found to be plain values since the last reset, in front of {@link #CONVERTERS}. Not
   * volatile, since every stage of a chain reads it: who has heard of an extension sees it without,
   * and others may see it a little later.
   */
  private static PlainClasses plain = new PlainClasses();

  private Coercion() {}

  /** Returns {@code x} as a deferred, or null if it is not an eventual value. */
  public static IDeferred toDeferred(Object x) {
    if (x == null || isKnownToBePlain(x)) {
      return null;
    }
    return convert(x);
  }

  /** True if {@code x} is no eventual value; false if it may be one. */
  static boolean isKnownToBePlain(Object x) {
    return plain.contains(x.getClass());
  }

  private static IDeferred convert(Object x) {
    PlainClasses known = plain;
    // The answer is not older than `known`; if it is outdated by the time it is noted, so is that.
    VarHandle.acquireFence();
    Function<Object, IDeferred> converter = CONVERTERS.get(x.getClass());
    if (converter == null) {
      known.add(x.getClass());
      return null;
    }
    return converter.apply(x);
  }

  /** Returns true if {@link #toDeferred(Object)} can make a deferred of {@code x}. */
  public static boolean isDeferrable(Object x) {
    return x != null && CONVERTERS.get(x.getClass()) != null;
  }

  /**
   * Returns {@code x} as a deferred.
   *
   * @throws IllegalArgumentException if it is not an eventual value
   */
  public static IDeferred requireDeferred(Object x) {
    IDeferred deferred = toDeferred(x);
    if (deferred == null) {
      String what = x == null ? "nil" : x.getClass().getName();
      throw new IllegalArgumentException("cannot convert " + what + " to deferred.");
    }
    return deferred;
  }

  /** Returns {@code x} if it is a deferred of any make, else null. */
  static IDeferred asDeferred(Object x) {
    if (x == null || isKnownToBePlain(x) || CONVERTERS.get(x.getClass()) != ITSELF) {
      return null;
    }
    return (IDeferred) x;
  }

  /**
   * Teaches the library that objects of a type are eventual values. What is said for a class goes
   * before what is said for its superclass and for interfaces.
   *
   * @param toDeferred returns a deferred, or something that can be made one
   */
  @SuppressWarnings("unchecked") // called with instances of the type only
  public static <X> void extend(Class<X> type, Function<? super X, ?> toDeferred) {
    EXTENSIONS.put(type, (Function<Object, Object>) (Function<?, ?>) toDeferred);
    reset();
  }

  /**
   * Installs the Clojure protocol, and ignores what it is extended to already.
   *
   * @param extend Clojure's function of this name
   * @param definition holds the protocol's map
   * @param function from an object to a deferred
   */
  public static void protocol(Object extend, Var definition, Var function) {
    Object methods = RT.map(Keyword.intern(function.sym), OF_STAGE);
    ((IFn) extend).invoke(CompletionStage.class, definition.deref(), methods);
    protocol = new DeferrableProtocol(definition, function);
    reset();
  }

  /** Forgets what is remembered for each class; to be called when the protocol was extended. */
  public static void reset() {
    Object[] seen;
    synchronized (SEEN) {
      seen = SEEN.toArray();
    }
    for (Object type : seen) {
      CONVERTERS.remove((Class<?>) type);
    }
    VarHandle.releaseFence(); // whoever reads the new one finds the old answers gone
    plain = new PlainClasses();
  }

  /** Returns a new deferred that follows {@code stage}; realizing it does not touch the stage. */
  public static Deferred<Object> ofStage(CompletionStage<?> stage) {
    Deferred<Object> deferred = Deferred.create();
    stage.handle((value, error) -> error == null ? deferred.success(value) : deferred.error(error));
    return deferred;
  }

  /** Returns the class, its superclasses and then all interfaces, most specific ones first. */
  public static List<Class<?>> ancestry(Class<?> type) {
    Set<Class<?>> all = new LinkedHashSet<>();
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      all.add(c);
    }
    for (Class<?> c : List.copyOf(all)) {
      addInterfaces(c, all);
    }
    all.add(Object.class);
    return List.copyOf(all);
  }

  private static void addInterfaces(Class<?> type, Set<Class<?>> all) {
    for (Class<?> i : type.getInterfaces()) {
      all.add(i);
      addInterfaces(i, all);
    }
  }

  private static Function<Object, IDeferred> converter(Class<?> type) {
    if (IDeferred.class.isAssignableFrom(type)) {
      return ITSELF;
    }
    Function<Object, Object> extension = extension(type);
    if (extension != null) {
      return x -> requireDeferred(extension.apply(x));
    }
    if (CompletionStage.class.isAssignableFrom(type)) {
      return x -> ofStage((CompletionStage<?>) x);
    }
    if (Future.class.isAssignableFrom(type)) {
      return x -> new View(new Source.OfFuture((Future<?>) x));
    }
    if (IPending.class.isAssignableFrom(type) && IDeref.class.isAssignableFrom(type)) {
      return x -> new View(new Source.OfReference((IDeref) x));
    }
    return null;
  }

  private static Function<Object, Object> extension(Class<?> type) {
    IFn viaProtocol = protocol == null ? null : (IFn) protocol.invoke(type);
    if (viaProtocol != null) {
      return viaProtocol::invoke;
    }
    for (Class<?> c : ancestry(type)) {
      Function<Object, Object> f = EXTENSIONS.get(c);
      if (f != null) {
        return f;
      }
    }
    return null;
  }
}
