package weir.bytes;

import clojure.lang.AFn;
import clojure.lang.Atom;
import clojure.lang.IFn;
import clojure.lang.IPersistentVector;
import clojure.lang.PersistentVector;
import clojure.lang.Sequential;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import manifold.stream.core.IEventSource;

/**
 * The registry of conversions, shared by all of the program, and the one way to apply it.
 *
 * <p>Registering is safe from any thread and from a static initializer; it takes effect at once,
 * also for pairs of types that were looked up in vain before.
 */
public final class Conversions {

  private static final Atom GRAPH = new Atom(Graph.of(BuiltIn::edges));
  private static final Atom INVERSE = new Atom(graph().inverse());

  static {
    GRAPH.addWatch(
        Conversions.class,
        new AFn() {
          @Override
          public Object invoke(Object key, Object ref, Object before, Object now) {
            INVERSE.reset(graph().inverse());
            return null;
          }
        });
  }

  private Conversions() {}

  // ---- registry

  /** Returns the atom that holds the {@link Graph} of all conversions. */
  public static Atom graphAtom() {
    return GRAPH;
  }

  /** Returns the atom that holds the same graph with every conversion turned around. */
  public static Atom inverseAtom() {
    return INVERSE;
  }

  /** Returns the conversions of this moment. */
  public static Graph graph() {
    return (Graph) GRAPH.deref();
  }

  /**
   * Adds a conversion, in place of a former one between the same types. Between two plain types it
   * also holds for sequences and, at 0.1 more, for streams of them.
   *
   * @param cost decides which way is taken, the one with the least sum: 0 for views, 1 to 2 for
   *     copies
   */
  public static void register(Type source, Type target, double cost, Conversion conversion) {
    register(source, target, cost, Edge.Style.FOREIGN, conversion);
  }

  /**
   * Adds a conversion whose style is known.
   *
   * @param style decides between ways of equal cost and length; with another one than {@code
   *     FOREIGN} a result that can be closed is trusted to close what it was made of
   */
  public static void register(
      Type source, Type target, double cost, Edge.Style style, Conversion conversion) {
    Edge edge = new Edge(source, target, cost, style, conversion);
    update(g -> g.withLifted(edge));
  }

  /** Returns a conversion of a program that is not registered yet. */
  public static Edge edge(Type source, Type target, double cost, Conversion conversion) {
    return new Edge(source, target, cost, Edge.Style.FOREIGN, conversion);
  }

  /** Returns the way between two types, or null. */
  public static Path path(Type source, Type target) {
    return graph().find(source, target);
  }

  /** Drops all paths that were found, because a type now covers other classes than before. */
  static void forgetPaths() {
    update(Graph::withoutPaths);
  }

  private static void update(UnaryOperator<Graph> change) {
    GRAPH.swap(
        new AFn() {
          @Override
          public Object invoke(Object g) {
            return change.apply((Graph) g);
          }
        });
  }

  // ---- converting

  /**
   * Returns the type of a value: vectors have that of their first element, other sequences and
   * sources an unknown one, everything else its class.
   */
  public static Type typeOf(Object x) {
    if (x == null) {
      return Type.NIL;
    }
    if (x instanceof IPersistentVector v) {
      Object first = v.length() == 0 ? null : v.nth(0);
      return first == null ? Type.vectorOf(Type.NIL) : Type.vectorOf(first.getClass());
    }
    if (x instanceof IEventSource) {
      return Type.ANY_STREAM;
    }
    return isSequence(x) ? Type.ANY_SEQ : Type.of(x.getClass());
  }

  private static boolean isSequence(Object x) {
    return x instanceof Sequential || x instanceof List;
  }

  /** Converts {@code x} to {@code target}, which {@link Type#of(Object)} understands. */
  public static Object convert(Object x, Object target) throws IOException {
    return convert(x, target, Options.NONE);
  }

  /**
   * Converts {@code x}. A value that is of the target type already is returned as it is.
   *
   * @param target what {@link Type#of(Object)} understands
   * @throws IllegalArgumentException if {@code x} is null or there is no way
   */
  public static Object convert(Object x, Object target, Options options) throws IOException {
    if (x == null) {
      throw new IllegalArgumentException("cannot convert nil to " + Type.of(target));
    }
    try {
      Object sourceType = options.get(Options.SOURCE_TYPE);
      if (sourceType != null) {
        return convertAs(Type.of(sourceType), x, Type.of(target), options.withoutSourceType());
      }
      if (!Closing.isPlain(x) && (x instanceof IEventSource || isSequence(x))) {
        return convertMany(x, Type.of(target), options);
      }
      Path path =
          target instanceof Class<?> c
              ? graph().cached(x.getClass(), c)
              : graph().cached(Type.of(x.getClass()), Type.of(target));
      return path == Path.NONE ? refuse(x, target) : path.convert(x, options);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Exception e) {
      throw Closing.sneaky(e);
    }
  }

  static Object convertAs(Type source, Object x, Type target, Options options) throws Exception {
    if (source.isUnknown()) {
      return convertMany(x, target, options);
    }
    Path path = graph().cached(source, target);
    if (path == Path.NONE) {
      path = graph().cached(Type.of(x.getClass()), target);
    }
    if (path == Path.NONE) {
      throw refusal(source, target);
    }
    return path.convert(x, options);
  }

  private static Object refuse(Object x, Object target) {
    throw refusal(typeOf(x), Type.of(target));
  }

  private static IllegalArgumentException refusal(Type source, Type target) {
    return new IllegalArgumentException(
        "cannot convert "
            + source
            + " to "
            + target
            + ": no conversion or chain of conversions leads there");
  }

  /** Returns what converting {@code x} costs; null if there is no way. */
  public static Double cost(Object x, Object target) {
    Type type = Type.of(target);
    Path path = Path.NONE;
    if (x != null && !(x instanceof IPersistentVector v && !isUniform(v))) {
      path = graph().cached(typeOf(x), type);
    } else if (x != null) {
      path = graph().cached(Type.ANY_SEQ, type);
    }
    if (path == Path.NONE && x != null) {
      path = graph().cached(Type.of(x.getClass()), type);
    }
    return path == Path.NONE ? null : path.cost();
  }

  /** Returns {@code convert} to {@code target} as a function of a value and an options map. */
  public static IFn function(Object target) {
    return new AFn() {
      @Override
      public Object invoke(Object x) {
        return invoke(x, null);
      }

      @Override
      public Object invoke(Object x, Object options) {
        try {
          return convert(x, target, Options.of((Map<?, ?>) options));
        } catch (IOException e) {
          throw Closing.sneaky(e);
        }
      }
    };
  }

  // ---- many values

  private static Object convertMany(Object x, Type target, Options options) throws Exception {
    if (x instanceof IPersistentVector v && isUniform(v)) {
      Path path = graph().cached(typeOf(v), target);
      if (path != Path.NONE) {
        return path.convert(v, options);
      }
    }
    if (target.wrapper() != null && holdsBytes(target)) {
      return convertEach(x, target, options);
    }
    Path path = graph().cached(x instanceof IEventSource ? Type.ANY_STREAM : Type.ANY_SEQ, target);
    if (path != Path.NONE) {
      Object known = path.takesAnyElement() ? x : convertEach(x, path.start(), options);
      return path.convert(known == null ? PersistentVector.EMPTY : known, options);
    }
    path = graph().cached(Type.of(x.getClass()), target);
    return path == Path.NONE ? refuse(x, target) : path.convert(x, options);
  }

  /** True if single bytes, buffers or texts can become an element of {@code target}. */
  private static boolean holdsBytes(Type target) {
    return graph().cached(Type.of(byte[].class), target.in(null)) != Path.NONE;
  }

  static boolean isUniform(IPersistentVector v) {
    for (int i = 0; i < v.length(); i++) {
      if (v.nth(i) == null || v.nth(i).getClass() != v.nth(0).getClass()) {
        return false;
      }
    }
    return v.length() > 0;
  }

  /**
   * Converts a sequence or source of unknown elements along {@code path}.
   *
   * @param convert a function of an element, the type to make it, and the options map
   */
  public static Object convertElements(Path path, Object x, IFn convert, Options options)
      throws Exception {
    Type element = path.start().in(null);
    Mapping each = e -> convert.invoke(e, element, options.toMap());
    Object known = x instanceof IEventSource ? new DerivedSource(x, each) : PulledSeq.map(x, each);
    return path.convert(known == null ? PersistentVector.EMPTY : known, options);
  }

  /** Converts every element, lazily unless the result is a vector, and changes the wrapper. */
  private static Object convertEach(Object x, Type target, Options options) throws Exception {
    Type type = target.in(null);
    Mapping each =
        type.isPlainText() ? Mapping.toText(options) : element -> convert(element, type, options);
    boolean stream = x instanceof IEventSource;
    switch (target.wrapper()) {
      case STREAM:
        return stream ? new DerivedSource(x, each) : new SeqSource(x, each);
      case SEQ:
        return PulledSeq.map(stream ? PulledSeq.ofSource(x) : x, each);
      case VECTOR:
        return PersistentVector.create(PulledSeq.map(stream ? PulledSeq.ofSource(x) : x, each));
      default:
        throw new IllegalStateException(target.toString());
    }
  }
}
