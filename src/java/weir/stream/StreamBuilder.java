package weir.stream;

import clojure.lang.IFn;
import java.util.concurrent.Executor;

/**
 * Options of a stream.
 *
 * @param <T> the type of the messages
 */
public final class StreamBuilder<T> {

  long capacity;
  boolean permanent;
  Executor executor = weir.executor.CurrentExecutor.get();
  IFn describe;
  IFn xform;

  StreamBuilder() {}

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
