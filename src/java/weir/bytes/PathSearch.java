package weir.bytes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Finds the way with the least cost. Between equals decide, in this order:
 *
 * <ol>
 *   <li>fewer steps;
 *   <li>better styles: views before lazy steps before copies before what programs registered, which
 *       are compared by their sum over the way;
 *   <li>the edges' order of registration, from the first step on.
 * </ol>
 */
final class PathSearch {

  /** Costs are sums of decimal fractions, which doubles would make unequal. */
  private static long thousandths(double cost) {
    return Math.round(cost * 1000);
  }

  private record Way(Way before, Edge last, int order, Type at, long cost, int steps, int styles)
      implements Comparable<Way> {

    static Way start(Type at, int order) {
      return new Way(null, null, order, at, 0, 0, 0);
    }

    Way then(Edge e, int order) {
      return new Way(
          this,
          e,
          order,
          e.target(),
          cost + thousandths(e.cost()),
          steps + 1,
          styles + e.style().ordinal());
    }

    @Override
    public int compareTo(Way o) {
      if (cost != o.cost) {
        return Long.compare(cost, o.cost);
      }
      if (steps != o.steps) {
        return Integer.compare(steps, o.steps);
      }
      return styles != o.styles ? Integer.compare(styles, o.styles) : compareOrder(o);
    }

    private int compareOrder(Way o) {
      if (before != null && o.before != null) {
        int earlier = before.compareOrder(o.before);
        if (earlier != 0) {
          return earlier;
        }
      }
      return Integer.compare(order, o.order);
    }

    Path path() {
      List<Edge> edges = new ArrayList<>();
      for (Way w = this; w.last != null; w = w.before) {
        edges.add(w.last);
      }
      Collections.reverse(edges);
      return new Path(start(), edges.toArray(Edge[]::new), cost / 1000.0);
    }

    Type start() {
      return before == null ? at : before.start();
    }
  }

  private final List<Edge> edges;
  private final PriorityQueue<Way> open = new PriorityQueue<>();
  private final Set<Type> visited = new HashSet<>();

  private PathSearch(List<Edge> edges) {
    this.edges = edges;
  }

  /** Returns the best path from one of {@code starts}, or null. */
  static Path find(List<Edge> edges, List<Type> starts, Type to) {
    Way way = new PathSearch(edges).run(starts, to);
    return way == null ? null : way.path();
  }

  /** Returns every type that can be reached, nearest first, with its path. */
  static Map<Type, Path> reachable(List<Edge> edges, Type from) {
    PathSearch search = new PathSearch(edges);
    Map<Type, Path> found = new LinkedHashMap<>();
    search.open.add(Way.start(from, 0));
    for (Way w; (w = search.open.poll()) != null; ) {
      if (search.visited.add(w.at)) {
        found.put(w.at, w.path());
        search.expand(w);
      }
    }
    return found;
  }

  private Way run(List<Type> starts, Type to) {
    for (int i = 0; i < starts.size(); i++) {
      open.add(Way.start(starts.get(i), i));
    }
    for (Way w; (w = open.poll()) != null; ) {
      if (w.at.isAssignableTo(to)) {
        return w;
      }
      if (visited.add(w.at)) {
        expand(w);
      }
    }
    return null;
  }

  private void expand(Way way) {
    for (int i = 0; i < edges.size(); i++) {
      Edge e = edges.get(i);
      if (way.at.isAssignableTo(e.source()) && !visited.contains(e.target())) {
        open.add(way.then(e, i));
      }
    }
    int order = edges.size();
    for (Edge e : Implicit.from(way.at)) {
      open.add(way.then(e, order++));
    }
  }
}
