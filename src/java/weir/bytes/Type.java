package weir.bytes;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.Symbol;
import clojure.lang.Var;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a conversion starts from or leads to: a class or a protocol, plain or as the element of a
 * sequence, a vector or a stream. An immutable value.
 */
public final class Type {

  /** What holds the elements. */
  public enum Wrapper {
    /** A Clojure sequence. */
    SEQ,
    /** A vector. */
    VECTOR,
    /** An asynchronous source. */
    STREAM;

    /** Returns {@code seq}, {@code vector} or {@code stream}. */
    public Symbol symbol() {
      return Symbol.intern(name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  /** The type of nil, which nothing converts. */
  public static final Type NIL = new Type(null, Marker.NIL);

  /** A sequence whose elements nobody has looked at. */
  public static final Type ANY_SEQ = new Type(Wrapper.SEQ, Marker.UNKNOWN);

  /** A source whose messages nobody has looked at. */
  public static final Type ANY_STREAM = new Type(Wrapper.STREAM, Marker.UNKNOWN);

  private enum Marker implements Kind {
    NIL,
    UNKNOWN;

    @Override
    public boolean covers(Class<?> c) {
      return false;
    }

    @Override
    public Object shown() {
      return this == NIL ? Symbol.intern("nil") : null;
    }
  }

  private static final Keyword VAR = Keyword.intern("var");
  private static final Symbol BYTES = Symbol.intern("bytes");
  private static final Map<Var, Kind> BOUND = new ConcurrentHashMap<>();

  private final Wrapper wrapper;
  private final Object element; // a Class or a Kind

  private Type(Wrapper wrapper, Object element) {
    this.wrapper = wrapper;
    this.element = element;
  }

  /**
   * Returns the type that {@code t} describes.
   *
   * @param t a class, a {@code Type}, a {@link Kind}, a protocol or its var, the symbol or the
   *     function {@code bytes}, or null for the type of nil
   * @throws IllegalArgumentException if it is none of these
   */
  public static Type of(Object t) {
    if (t instanceof Type type) {
      return type;
    }
    return t == null ? NIL : new Type(null, element(t));
  }

  /** Returns the type of sequences of {@code t}; null for elements of any type. */
  public static Type seqOf(Object t) {
    return t == null ? ANY_SEQ : new Type(Wrapper.SEQ, element(t));
  }

  /** Returns the type of vectors of {@code t}. */
  public static Type vectorOf(Object t) {
    return new Type(Wrapper.VECTOR, element(t));
  }

  /** Returns the type of sources of {@code t}; null for messages of any type. */
  public static Type streamOf(Object t) {
    return t == null ? ANY_STREAM : new Type(Wrapper.STREAM, element(t));
  }

  /** Returns a type with the same element in {@code w}, null for the plain element. */
  public Type in(Wrapper w) {
    return w == wrapper ? this : new Type(w, element);
  }

  /** Makes {@code var}, which holds a protocol, mean {@code kind}. */
  public static void bind(Var var, Kind kind) {
    BOUND.put(var, kind);
  }

  private static Object element(Object t) {
    if (t instanceof Class || t instanceof Kind) {
      return t;
    }
    if (t instanceof Type type && type.wrapper == null) {
      return type.element;
    }
    if (t instanceof Var v && v.getRawRoot() instanceof IPersistentMap m) {
      return kind(m.valAt(VAR) instanceof Var own ? own : v);
    }
    if (t instanceof IPersistentMap m && m.valAt(VAR) instanceof Var v) {
      return kind(v);
    }
    if (BYTES.equals(t) || t.getClass().getName().equals("clojure.core$bytes")) {
      return byte[].class;
    }
    throw new IllegalArgumentException(
        t + " is no type (expected: a class, a protocol or its var, or a plain type)");
  }

  private static Kind kind(Var protocol) {
    Kind bound = BOUND.get(protocol);
    return bound != null ? bound : ProtocolKind.of(protocol);
  }

  /** Returns what holds the elements, null for a plain type. */
  public Wrapper wrapper() {
    return wrapper;
  }

  /** Returns the class or kind of the elements, or of the value itself if the type is plain. */
  public Object element() {
    return element;
  }

  boolean isUnknown() {
    return element == Marker.UNKNOWN;
  }

  boolean isPlainText() {
    return element == String.class || element == CharSequence.class;
  }

  /** Returns true if every value of this type is one of {@code other} as it is. */
  public boolean isAssignableTo(Type other) {
    return wrapper == other.wrapper && covers(other.element, element);
  }

  private static boolean covers(Object wide, Object narrow) {
    if (wide.equals(narrow)) {
      return true;
    }
    if (!(narrow instanceof Class<?> n)) {
      return false;
    }
    return wide instanceof Class<?> w ? w.isAssignableFrom(n) : ((Kind) wide).covers(n);
  }

  /** Returns the class or the protocol's var for a plain type, else this. */
  public Object shown() {
    if (wrapper != null) {
      return this;
    }
    return element instanceof Kind k ? k.shown() : element;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Type t && t.wrapper == wrapper && t.element.equals(element);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hashCode(wrapper) + element.hashCode();
  }

  /** Returns for instance {@code (seq-of java.nio.ByteBuffer)}. */
  @Override
  public String toString() {
    Object shown = element instanceof Kind k ? k.shown() : element;
    String name = shown instanceof Class<?> c ? c.getTypeName() : String.valueOf(shown);
    return wrapper == null ? name : "(" + wrapper.symbol() + "-of " + name + ")";
  }
}
