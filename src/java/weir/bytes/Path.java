package weir.bytes;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/** The steps from one type to another, found once and followed for every value. */
public final class Path {

  /** No step at all: the value is what was asked for. */
  static final Path IDENTITY = new Path(null, new Edge[0], 0);

  /** Stands for "there is no way". */
  static final Path NONE = new Path(null, new Edge[0], Double.POSITIVE_INFINITY);

  /** Sequences without elements are null; inside a path each step takes this instead. */
  private static final Object NOTHING = clojure.lang.PersistentList.EMPTY;

  private final Type start;
  private final Edge[] edges;
  private final double cost;

  Path(Type start, Edge[] edges, double cost) {
    this.start = start;
    this.edges = edges;
    this.cost = cost;
  }

  /** Returns the type that the first step is followed from. */
  Type start() {
    return start;
  }

  /** True if the first step converts elements by itself, of whatever type each of them is. */
  boolean takesAnyElement() {
    return edges.length > 0 && edges[0].conversion() instanceof AnyElement;
  }

  /** Marks conversions of a sequence or source that take elements of any type. */
  interface AnyElement extends Conversion {}

  /** Returns the steps in order. */
  public List<Edge> edges() {
    return List.of(edges);
  }

  /** Returns the sum of the steps' costs. */
  public double cost() {
    return cost;
  }

  /** Applies one step as a whole conversion of {@code x}. */
  static Object step(Edge edge, Object x, Options options) throws Exception {
    if (x == null) {
      throw new IllegalArgumentException("cannot convert nil to " + edge.target());
    }
    if (!Closing.isCloseable(x)) {
      return edge.conversion().convert(x, options);
    }
    return new Path(edge.source(), new Edge[] {edge}, edge.cost()).convert(x, options);
  }

  /**
   * Follows the steps. What was opened on the way is closed, together with {@code x}, as soon as
   * the bytes are in memory or a step fails; else the result closes it.
   */
  public Object convert(Object x, Options options) throws Exception {
    if (edges.length == 1 && !Closing.isCloseable(x)) {
      return edges[0].conversion().convert(x, options);
    }
    ArrayDeque<Object> open = new ArrayDeque<>();
    Object value = x;
    try {
      open(open, x, null);
      for (Edge e : edges) {
        Object next = e.conversion().convert(value == null ? NOTHING : value, options);
        if (next != value) {
          open(open, next, e);
        }
        value = next;
      }
    } catch (Throwable t) {
      Closing.closeAll(open, t);
      throw t;
    }
    return finish(value, open);
  }

  /** Notes that {@code value} came of step {@code e} and must be closed in the end. */
  private static void open(ArrayDeque<Object> open, Object value, Edge e) throws Exception {
    boolean closeable = Closing.isCloseable(value);
    if (!closeable && Closing.isInMemory(value)) {
      ArrayDeque<Object> closing = new ArrayDeque<>(open);
      open.clear(); // before closing, which may fail, so that it is not tried twice
      Closing.closeAll(closing);
    } else if (e != null && (e.style() == Edge.Style.LAZY || closeable && !e.isForeign())) {
      open.clear(); // our own wrappers close what they wrap
    }
    if (closeable) {
      open.push(value);
    }
  }

  private Object finish(Object value, ArrayDeque<Object> open) throws Exception {
    if (open.isEmpty() || Closing.isCloseable(value)) {
      return value;
    }
    if (Closing.isPulledSeq(value)) {
      return PulledSeq.closing(value, () -> Closing.closeAll(open));
    }
    // Nobody knows whether a program's own type still reads from what it was made of. One step
    // decides that itself; longer ways end here.
    if (edges.length > 1) {
      Closing.closeAll(open);
    }
    return value;
  }

  @Override
  public String toString() {
    return cost + " " + Arrays.toString(edges);
  }
}
