package weir.bytes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * An immutable set of conversions, with the paths that were found in it. Adding one makes a new
 * graph, which knows no paths yet: so nothing stale is ever followed.
 */
public final class Graph {

  /** Without conversions. */
  public static final Graph EMPTY = new Graph(List::of);

  private volatile List<Edge> edges; // in order of registration; null until somebody looks
  private volatile Supplier<List<Edge>> making; // of the edges; null once they are there
  private final ClassValue<PathCache> byClass =
      new ClassValue<>() {
        @Override
        protected PathCache computeValue(Class<?> c) {
          return new PathCache();
        }
      };
  private final PathCache fromUnknown = new PathCache();
  private volatile Graph inverse;

  private Graph(Supplier<List<Edge>> making) {
    this.making = making;
  }

  /**
   * Returns a graph of what {@code making} returns, which is called when somebody looks: a program
   * whose conversions are all direct calls never needs to know any other.
   */
  static Graph of(Supplier<List<Edge>> making) {
    return new Graph(making);
  }

  /** Returns a graph with {@code more} as well; each replaces one between the same two types. */
  public Graph with(Edge... more) {
    return new Graph(() -> plus(edges(), more));
  }

  static List<Edge> plus(List<Edge> edges, Edge... more) {
    List<Edge> all = new ArrayList<>(edges);
    for (Edge e : more) {
      int at = indexOf(all, e);
      if (at < 0) {
        all.add(e);
      } else {
        all.set(at, e);
      }
    }
    return Collections.unmodifiableList(all);
  }

  /**
   * Returns a graph with {@code e} and, if both its types are plain, the same step for sequences
   * and for streams of them.
   */
  public Graph withLifted(Edge e) {
    return with(lifted(e));
  }

  /** Returns {@code e} and what {@link #withLifted} adds because of it. */
  static Edge[] lifted(Edge e) {
    return e.source().wrapper() == null && e.target().wrapper() == null
        ? new Edge[] {e, e.lifted(Type.Wrapper.SEQ), e.lifted(Type.Wrapper.STREAM)}
        : new Edge[] {e};
  }

  private static int indexOf(List<Edge> all, Edge e) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).leadsWhere(e)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the same conversions without any path. */
  Graph withoutPaths() {
    return new Graph(this::edges);
  }

  /** Returns all conversions in the order of their registration. */
  public List<Edge> edges() {
    Supplier<List<Edge>> m = making;
    if (m != null) {
      edges = m.get(); // two threads may both do it, with the same outcome
      making = null;
    }
    return edges;
  }

  /** Returns the conversions that {@code from} can take, also those of its supertypes. */
  public List<Edge> from(Type from) {
    List<Edge> found =
        new ArrayList<>(edges().stream().filter(e -> from.isAssignableTo(e.source())).toList());
    found.addAll(Implicit.from(from));
    return found;
  }

  /** Returns the best path, or null. Searches at each call: see {@link #cached}. */
  public Path path(Type from, Type to) {
    return PathSearch.find(edges(), List.of(from), to);
  }

  /** Returns the best path, or null; remembers what it found. */
  public Path find(Type from, Type to) {
    Path path = cached(from, to);
    return path == Path.NONE ? null : path;
  }

  /** Returns every type that values of {@code from} convert to, nearest first. */
  public Map<Type, Path> reachable(Type from) {
    return PathSearch.reachable(edges(), from);
  }

  /** Returns a graph whose conversions point the other way, to look up who leads to a type. */
  public Graph inverse() {
    Graph g = inverse;
    if (g == null) {
      g = new Graph(() -> edges().stream().map(Graph::turned).toList());
      g.inverse = this;
      inverse = g;
    }
    return g;
  }

  private static Edge turned(Edge e) {
    return new Edge(e.target(), e.source(), e.cost(), e.style(), e.conversion());
  }

  /** Returns the best path, or {@link Path#NONE}. Remembers what it found. */
  Path cached(Type from, Type to) {
    if (from.isUnknown()) {
      return fromAny(from, to);
    }
    if (!(from.element() instanceof Class<?> c)) {
      return orNone(path(from, to));
    }
    PathCache cache = byClass.get(c);
    Path path = cache.get(from.wrapper(), to.wrapper(), key(to));
    if (path == null) {
      path = orNone(path(from, to));
      cache.put(from.wrapper(), to.wrapper(), key(to), path);
    }
    return path;
  }

  /** As {@link #cached(Type, Type)} for two plain classes, without a {@code Type} of them. */
  Path cached(Class<?> from, Class<?> to) {
    Path path = byClass.get(from).get(null, null, to);
    return path != null ? path : cached(Type.of(from), Type.of(to));
  }

  /**
   * Returns the best of all ways from elements that are bytes to {@code to}; its start says which
   * elements. Text is left out: as the type of every element it would hide how bytes are decoded.
   */
  private Path fromAny(Type from, Type to) {
    Path path = fromUnknown.get(from.wrapper(), to.wrapper(), key(to));
    if (path == null) {
      path = orNone(PathSearch.find(edges(), knownElements(from.wrapper()), to));
      fromUnknown.put(from.wrapper(), to.wrapper(), key(to), path);
    }
    return path;
  }

  private List<Type> knownElements(Type.Wrapper wrapper) {
    return edges().stream()
        .map(Edge::source)
        .filter(t -> t.wrapper() == wrapper && !t.isUnknown() && !t.isPlainText())
        .distinct()
        .toList();
  }

  private static Path orNone(Path path) {
    return path == null ? Path.NONE : path;
  }

  private static Object key(Type t) {
    return t.element() instanceof ProtocolKind k ? k.shown() : t.element();
  }

  @Override
  public String toString() {
    return "Graph[" + edges().size() + " conversions]";
  }
}
