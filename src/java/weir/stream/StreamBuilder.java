package weir.stream;

import clojure.lang.IFn;
import clojure.lang.ILookup;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.RT;
import java.util.concurrent.Executor;
import weir.options.Arguments;

/**
 * Options of a stream.
 *
 * @param <T> the type of the messages
 */
public final class StreamBuilder<T> {

  private static final Keyword PERMANENT = Keyword.intern("permanent?");
  private static final Keyword BUFFER_SIZE = Keyword.intern("buffer-size");
  private static final Keyword DESCRIPTION = Keyword.intern("description");
  private static final Keyword XFORM = Keyword.intern("xform");
  private static final Keyword EXECUTOR = Keyword.intern("executor");

  long capacity;
  boolean permanent;
  Executor executor = weir.executor.CurrentExecutor.get();
  IFn describe;
  IFn xform;

  StreamBuilder() {}

  /** Takes the options of Manifold's {@code stream*}, a Clojure map or null. */
  public static StreamBuilder<Object> of(Object map) {
    StreamBuilder<Object> b = new StreamBuilder<>();
    if (map != null) {
      ILookup options = Arguments.instance(IPersistentMap.class, "options", map, "a map, or nil");
      b.permanent = RT.booleanCast(options.valAt(PERMANENT));
      Object size = options.valAt(BUFFER_SIZE);
      b.capacity = size == null ? 0 : Expect.bufferSize(size);
      b.describe = Arguments.functionOrNil(":description", options.valAt(DESCRIPTION));
      b.xform = Arguments.functionOrNil(":xform", options.valAt(XFORM));
      b.executor = Arguments.executorOrNil(":executor", options.valAt(EXECUTOR, b.executor));
    }
    return b;
  }

  /** Takes the size of the buffer and the transducer of Manifold's {@code stream}. */
  public static StreamBuilder<Object> of(Object bufferSize, Object xform) {
    StreamBuilder<Object> b = new StreamBuilder<>();
    b.capacity = Expect.bufferSize(bufferSize);
    b.xform = Arguments.functionOrNil(":xform", xform);
    return b;
  }

  /** Takes an executor, or null for the thread that causes callbacks, besides. */
  public static StreamBuilder<Object> of(Object bufferSize, Object xform, Object executor) {
    StreamBuilder<Object> b = of(bufferSize, xform);
    b.executor = Arguments.executorOrNil(":executor", executor);
    return b;
  }

  /** How many messages are accepted before puts have to wait; default 0. */
  public StreamBuilder<T> capacity(long messages) {
    capacity = messages;
    return this;
  }

  /** Makes {@code close} have no effect. */
  public StreamBuilder<T> permanent(boolean yes) {
    permanent = yes;
    return this;
  }

  /** Where callbacks run; null for the thread that causes them. Default: the current executor. */
  public StreamBuilder<T> executor(Executor e) {
    executor = e;
    return this;
  }

  /** A function from the map that describes the stream to the one that is reported. */
  public StreamBuilder<T> description(IFn f) {
    describe = f;
    return this;
  }

  /** A Clojure transducer that messages pass through when they are put. */
  public StreamBuilder<T> transducer(IFn f) {
    xform = f;
    return this;
  }

  /** Makes the stream. */
  public Stream<T> build() {
    return xform == null ? new Stream<>(this) : new TransducedStream<>(this);
  }
}
