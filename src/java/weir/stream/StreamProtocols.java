package weir.stream;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.RT;
import clojure.lang.Seqable;
import clojure.lang.Var;
import java.util.Iterator;
import java.util.List;
import java.util.RandomAccess;
import java.util.concurrent.BlockingQueue;
import java.util.stream.BaseStream;
import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;

/** Clojure's protocols of sources and sinks: extended to what is built in, and asked for the rest. */
public final class StreamProtocols {

  private static final List<Class<?>> SOURCES =
      List.of(
          Seqable.class,
          RandomAccess.class,
          Iterator.class,
          BaseStream.class,
          BlockingQueue.class,
          IDeferred.class);

  private static final List<Class<?>> SINKS = List.of(BlockingQueue.class, IMutableDeferred.class);

  private static final IFn SOURCE =
      new AFn() {
        @Override
        public Object invoke(Object x) {
          return Coercions.builtInSource(x);
        }
      };

  private static final IFn SINK =
      new AFn() {
        @Override
        public Object invoke(Object x) {
          return Coercions.builtInSink(x);
        }
      };

  private StreamProtocols() {}

  /**
   * Installs the protocols.
   *
   * @param extend Clojure's function of this name
   * @param satisfies likewise, of a protocol and an object
   * @param sourceable holds a protocol, and {@code toSource} its function
   * @param sinkable holds a protocol, and {@code toSink} its function
   */
  public static void install(
      Object extend, Object satisfies, Var sourceable, Var toSource, Var sinkable, Var toSink) {
    extend((IFn) extend, sourceable, toSource, SOURCE, SOURCES);
    extend((IFn) extend, sinkable, toSink, SINK, SINKS);
    Coercions.protocols(
        sourceable,
        asked((IFn) satisfies, sourceable, toSource),
        sinkable,
        asked((IFn) satisfies, sinkable, toSink));
  }

  private static void extend(
      IFn extend, Var protocol, Var method, IFn implementation, List<Class<?>> types) {
    Object methods = RT.map(Keyword.intern(method.sym), implementation);
    for (Class<?> type : types) {
      extend.invoke(type, protocol.deref(), methods);
    }
  }

  /** Returns a function of an object, to the protocol's own if it is for that. */
  private static IFn asked(IFn satisfies, Var protocol, Var method) {
    return new AFn() {
      @Override
      public Object invoke(Object x) {
        return RT.booleanCast(satisfies.invoke(protocol.deref(), x)) ? method.deref() : null;
      }
    };
  }
}
