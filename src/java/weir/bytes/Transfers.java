package weir.bytes;

import clojure.lang.AFn;
import clojure.lang.Atom;
import clojure.lang.IPersistentMap;
import clojure.lang.PersistentArrayMap;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moving bytes from any source to any sink. A route leads from one type to another; source and sink
 * are converted to these first. The route whose conversions cost least is taken, between equals the
 * one with fewer steps, then the one registered first; the generic route, from any byte source to
 * any byte sink, comes last.
 */
public final class Transfers {

  private static final Type ANY_SOURCE = Type.of(ByteSource.KIND);
  private static final Type ANY_SINK = Type.of(ByteSink.KIND);

  /** A registered transfer between two types. */
  private record Route(Type source, Path toSource, Path toSink, Transfer transfer)
      implements Comparable<Route> {

    double cost() {
      return toSource.cost() + toSink.cost();
    }

    int steps() {
      return toSource.edges().size() + toSink.edges().size();
    }

    @Override
    public int compareTo(Route o) {
      int byCost = Double.compare(cost(), o.cost());
      int bySteps = Integer.compare(steps(), o.steps());
      return byCost != 0 ? byCost : bySteps != 0 ? bySteps : Long.compare(order(), o.order());
    }

    private long order() {
      return transfer instanceof Registered r ? r.order : Long.MAX_VALUE;
    }
  }

  /** A transfer that knows when it came. */
  private record Registered(long order, Transfer transfer) implements Transfer {
    static final AtomicLong COUNT = new AtomicLong();

    @Override
    public Object transfer(Object source, Object sink, Options options) throws Exception {
      return transfer.transfer(source, sink, options);
    }
  }

  private static final Atom ROUTES = new Atom(TransferSteps.register(PersistentArrayMap.EMPTY));

  private Transfers() {}

  // ---- registry

  /** Returns the atom with the map from source type to a map from sink type to transfer. */
  public static Atom routesAtom() {
    return ROUTES;
  }

  /** Adds a transfer, in place of a former one between the same types. */
  public static void register(Type source, Type sink, Transfer transfer) {
    ROUTES.swap(
        new AFn() {
          @Override
          public Object invoke(Object routes) {
            return with((IPersistentMap) routes, source, sink, transfer);
          }
        });
  }

  static IPersistentMap with(IPersistentMap routes, Type source, Type sink, Transfer transfer) {
    IPersistentMap sinks = (IPersistentMap) routes.valAt(source, PersistentArrayMap.EMPTY);
    return routes.assoc(
        source, sinks.assoc(sink, new Registered(Registered.COUNT.getAndIncrement(), transfer)));
  }

  /** Returns true if values of {@code source} can be moved to ones of {@code sink} in any way. */
  public static boolean isPossible(Type source, Type sink) {
    return find(source, sink) != null;
  }

  private static Route find(Type source, Type sink) {
    Route best = null;
    Graph graph = Conversions.graph();
    for (Object entry : (Iterable<?>) ROUTES.deref()) {
      Map.Entry<?, ?> bySource = (Map.Entry<?, ?>) entry;
      Path toSource = graph.cached(source, (Type) bySource.getKey());
      if (toSource == Path.NONE) {
        continue;
      }
      for (Object to : (Iterable<?>) bySource.getValue()) {
        Map.Entry<?, ?> bySink = (Map.Entry<?, ?>) to;
        Path toSink = graph.cached(sink, (Type) bySink.getKey());
        Route route =
            new Route((Type) bySource.getKey(), toSource, toSink, (Transfer) bySink.getValue());
        if (toSink != Path.NONE && (best == null || route.compareTo(best) < 0)) {
          best = route;
        }
      }
    }
    return best != null ? best : generic(source, sink);
  }

  private static Route generic(Type source, Type sink) {
    Path toSource = Conversions.graph().cached(source, ANY_SOURCE);
    Path toSink = Conversions.graph().cached(sink, ANY_SINK);
    return toSource == Path.NONE || toSink == Path.NONE
        ? null
        : new Route(ANY_SOURCE, toSource, toSink, TransferSteps::sourceToSink);
  }

  // ---- transferring

  /**
   * Moves all bytes of {@code source} to {@code sink} and waits until that is done. Source and sink
   * are closed, also on failure; the sink only if {@link Options#close()}.
   *
   * @param sourceType the type of the source, or null to find out
   * @throws IllegalArgumentException if there is no way
   */
  public static Object transfer(Object source, Object sourceType, Object sink, Options options)
      throws IOException {
    Type from = sourceType == null ? sourceType(source) : Type.of(sourceType);
    Route route = source == null || sink == null ? null : find(from, Conversions.typeOf(sink));
    if (route == null) {
      throw new IllegalArgumentException(
          "cannot transfer " + from + " to " + Conversions.typeOf(sink) + ": no route");
    }
    try {
      return run(route, source, from, sink, options);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Exception e) {
      throw Closing.sneaky(e);
    }
  }

  private static Type sourceType(Object source) {
    Type type = Conversions.typeOf(source);
    boolean mixed =
        type.wrapper() == Type.Wrapper.VECTOR
            && !Conversions.isUniform((clojure.lang.IPersistentVector) source);
    return mixed ? Type.ANY_SEQ : type;
  }

  private static Object run(Route route, Object source, Type from, Object sink, Options options)
      throws Exception {
    Object out = route.toSink.convert(sink, options);
    Object in;
    try {
      in = Conversions.convertAs(from, source, route.source, options);
    } catch (Throwable t) {
      if (options.close() && Closing.isCloseable(out)) {
        Closing.closeAll(java.util.List.of(out), t);
      }
      throw t;
    }
    return route.transfer.transfer(in, out, options);
  }
}
