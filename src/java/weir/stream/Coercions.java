package weir.stream;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.RT;
import clojure.lang.Seqable;
import clojure.lang.Var;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.stream.BaseStream;
import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;

/**
 * Makes sources and sinks of other things. What can be done with an object depends on its class alone
 * and is remembered for each class. What the Clojure protocols say goes before what is built in.
 */
public final class Coercions {

  private static final Map<String, Runnable> LOADERS = new ConcurrentHashMap<>();

  /** A hook is asked with an object; nil, or a function from such objects to sources or sinks. */
  private static volatile IFn sourceHook;

  private static volatile IFn sinkHook;

  /** Replaced as a whole when the answers change. */
  private static volatile Kinds kinds = new Kinds();

  private static final Keyword CHANGES = Keyword.intern("weir.stream", "changes");

  private static final IFn RESET =
      new AFn() {
        @Override
        public Object invoke(Object key, Object reference, Object before, Object now) {
          reset();
          return null;
        }
      };

  private Coercions() {}

  /** Returns {@code x} as a source, each time from its start, or null if it cannot be one. */
  public static IEventSource toSource(Object x) {
    if (x == null || x instanceof IEventSource) {
      return (IEventSource) x;
    }
    Function<Object, Object> f = kinds.sources.get(x.getClass()).of(x);
    return f == null ? null : (IEventSource) f.apply(x);
  }

  /** Returns {@code x} as a sink, or null if it cannot be one. */
  public static IEventSink toSink(Object x) {
    if (x == null || x instanceof IEventSink) {
      return (IEventSink) x;
    }
    Function<Object, Object> f = kinds.sinks.get(x.getClass()).of(x);
    return f == null ? null : (IEventSink) f.apply(x);
  }

  /** Returns {@code x} as a source, or {@code otherwise} if it cannot be one. */
  public static Object toSource(Object x, Object otherwise) {
    IEventSource source = toSource(x);
    return source == null ? otherwise : source;
  }

  /** Returns {@code x} as a sink, or {@code otherwise} if it cannot be one. */
  public static Object toSink(Object x, Object otherwise) {
    IEventSink sink = toSink(x);
    return sink == null ? otherwise : sink;
  }

  /** Whether {@link #toSource(Object)} can convert {@code x}. */
  public static boolean isSourceable(Object x) {
    return x != null
        && (x instanceof IEventSource || kinds.sources.get(x.getClass()).of(x) != null);
  }

  /** Whether {@link #toSink(Object)} can convert {@code x}. */
  public static boolean isSinkable(Object x) {
    return x != null && (x instanceof IEventSink || kinds.sinks.get(x.getClass()).of(x) != null);
  }

  /**
   * Returns {@code x} as a source.
   *
   * @throws IllegalArgumentException if it cannot be one
   */
  public static IEventSource source(Object x) {
    IEventSource s = toSource(x);
    if (s == null) {
      throw unable(x, "source");
    }
    return s;
  }

  /**
   * Returns {@code x} as a sink.
   *
   * @throws IllegalArgumentException if it cannot be one
   */
  public static IEventSink sink(Object x) {
    IEventSink s = toSink(x);
    if (s == null) {
      throw unable(x, "sink");
    }
    return s;
  }

  private static IllegalArgumentException unable(Object x, String what) {
    String type = x == null ? "nil" : x.getClass().getCanonicalName();
    return new IllegalArgumentException("cannot convert " + type + " to " + what);
  }

  /**
   * Installs the Clojure protocols. Both functions are asked once per class, with an instance of it,
   * and again when a protocol has changed.
   *
   * @param sourceable holds a protocol
   * @param source returns a function from such an object to a source, or nil
   * @param sinkable holds a protocol
   * @param sink returns a function from such an object to a sink, or nil
   */
  public static void protocols(Var sourceable, IFn source, Var sinkable, IFn sink) {
    sourceHook = source;
    sinkHook = sink;
    sourceable.addWatch(CHANGES, RESET);
    sinkable.addWatch(CHANGES, RESET);
    reset();
  }

  /**
   * Calls {@code load} when the first object of a class is met, before the protocols are asked about
   * it: for coercions that are not worth loading unless they are needed.
   */
  public static void onFirst(String className, Runnable load) {
    LOADERS.put(className, load);
  }

  /** Forgets what is remembered for each class; to be called when a protocol was extended. */
  public static void reset() {
    kinds = new Kinds();
  }

  // ---- what is built in

  /** Returns a source over {@code x} without asking the protocols, or null. */
  @SuppressWarnings("unchecked") // what comes out of a collection is an Object
  public static IEventSource builtInSource(Object x) {
    if (x instanceof IDeferred d) {
      return new DeferredSource(d);
    } else if (x instanceof BlockingQueue) {
      return new QueueSource((BlockingQueue<Object>) x);
    } else if (x instanceof RandomAccess && x instanceof List<?> list) {
      return new ListSource(list);
    } else if (x instanceof Seqable seqable) {
      return new SeqSource(seqable);
    } else if (x instanceof Iterator<?> iterator) {
      return new IteratorSource(iterator, null);
    } else if (x instanceof BaseStream<?, ?> stream) {
      return new IteratorSource(stream.iterator(), stream);
    } else if (x instanceof Flow.Publisher<?> publisher) {
      return Flows.source(publisher, Flows.DEFAULT_PREFETCH);
    }
    return null;
  }

  /** Returns a sink over {@code x} without asking the protocols, or null. */
  @SuppressWarnings("unchecked") // a queue or subscriber of anything narrower throws on its own
  public static IEventSink builtInSink(Object x) {
    if (x instanceof IMutableDeferred d) {
      return new DeferredSink(d);
    } else if (x instanceof BlockingQueue) {
      return new QueueSink((BlockingQueue<Object>) x);
    } else if (x instanceof Flow.Subscriber) {
      return Flows.sink((Flow.Subscriber<Object>) x);
    }
    return null;
  }

  private static boolean isBuiltInSource(Class<?> type) {
    return IDeferred.class.isAssignableFrom(type)
        || BlockingQueue.class.isAssignableFrom(type)
        || (RandomAccess.class.isAssignableFrom(type) && List.class.isAssignableFrom(type))
        || Seqable.class.isAssignableFrom(type)
        || Iterator.class.isAssignableFrom(type)
        || BaseStream.class.isAssignableFrom(type)
        || Flow.Publisher.class.isAssignableFrom(type);
  }

  private static boolean isBuiltInSink(Class<?> type) {
    return IMutableDeferred.class.isAssignableFrom(type)
        || BlockingQueue.class.isAssignableFrom(type)
        || Flow.Subscriber.class.isAssignableFrom(type);
  }

  // ---- what is remembered

  /** How objects of one class are converted; found out with the first of them. */
  private abstract static class Kind {
    private static final Function<Object, Object> UNKNOWN = x -> x;
    private volatile Function<Object, Object> converter = UNKNOWN;

    final Function<Object, Object> of(Object x) {
      Function<Object, Object> f = converter;
      if (f == UNKNOWN) {
        Runnable load = LOADERS.remove(x.getClass().getName());
        if (load != null) {
          load.run();
        }
        f = find(x);
        converter = f;
      }
      return f;
    }

    abstract Function<Object, Object> find(Object x);

    static Function<Object, Object> ask(IFn hook, Object x) {
      Object f = hook == null ? null : hook.invoke(x);
      return RT.booleanCast(f) ? ((IFn) f)::invoke : null;
    }
  }

  private static final class Kinds {
    final ClassValue<Kind> sources =
        new ClassValue<>() {
          @Override
          protected Kind computeValue(Class<?> type) {
            return new Kind() {
              @Override
              Function<Object, Object> find(Object x) {
                Function<Object, Object> f = ask(sourceHook, x);
                return f == null && isBuiltInSource(type) ? Coercions::builtInSource : f;
              }
            };
          }
        };

    final ClassValue<Kind> sinks =
        new ClassValue<>() {
          @Override
          protected Kind computeValue(Class<?> type) {
            return new Kind() {
              @Override
              Function<Object, Object> find(Object x) {
                Function<Object, Object> f = ask(sinkHook, x);
                return f == null && isBuiltInSink(type) ? Coercions::builtInSink : f;
              }
            };
          }
        };
  }
}
