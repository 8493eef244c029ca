package weir.bytes;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import manifold.stream.core.IEventSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.stream.EventStream;
import weir.time.CurrentClock;

/**
 * What sources of this package share: the blocking and timed forms of take, end callbacks, and
 * messages whose taker had gone when they came, which the next taker gets.
 */
abstract class BasicSource extends EventStream implements IEventSource {

  private static final Logger LOG = LoggerFactory.getLogger(BasicSource.class);

  private final ConcurrentLinkedQueue<Object> givenBack = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private List<IFn> onDrained = new ArrayList<>(); // guarded by this; null once called

  /** Returns a deferred of the next message, or of {@code dflt} at the end. */
  abstract Deferred<Object> takeAsync(Object dflt);

  /** Returns true once nothing can come any more. */
  abstract boolean isOver();

  /** Closes what lies beneath. */
  abstract void closeOnce() throws Exception;

  /** Returns the word for the description. */
  abstract String kind();

  // ---- messages whose taker had gone

  final void giveBack(Object message) {
    givenBack.add(message);
  }

  final boolean hasGivenBack() {
    return !givenBack.isEmpty();
  }

  /** Returns a message that was given back, or {@link PulledSeq#END} if another took it. */
  final Object takeGivenBack() {
    Object x = givenBack.poll();
    return x == null ? PulledSeq.END : x;
  }

  // ---- taking

  @Override
  public final Object take(Object dflt, Object blocking) {
    Deferred<Object> d = takeAsync(dflt);
    return isTrue(blocking) ? d.deref() : d;
  }

  @Override
  public final Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    Deferred<Object> d = takeAsync(dflt);
    if (timeout instanceof Number ms && !d.realized()) {
      if (ms.doubleValue() <= 0) {
        d.success(timeoutVal);
      } else {
        IFn cancel = (IFn) CurrentClock.get().in(ms.doubleValue(), () -> d.success(timeoutVal));
        d.onRealized(Functions.of(x -> cancel.invoke()), Functions.of(x -> cancel.invoke()));
      }
    }
    return isTrue(blocking) ? d.deref() : d;
  }

  private static boolean isTrue(Object x) {
    return x != null && x != Boolean.FALSE;
  }

  // ---- ending

  @Override
  public final Object close() {
    if (closed.compareAndSet(false, true)) {
      try {
        closeOnce();
      } catch (Exception e) {
        throw Closing.sneaky(e);
      } finally {
        ended();
      }
    }
    return null;
  }

  /** Calls whoever waits for the end, once. */
  final void ended() {
    closed.set(true);
    List<IFn> callbacks;
    synchronized (this) {
      callbacks = onDrained == null ? List.of() : onDrained;
      onDrained = null;
    }
    callbacks.forEach(BasicSource::call);
  }

  private static void call(IFn callback) {
    try {
      callback.invoke();
    } catch (Throwable t) {
      LOG.error("error in a source's end callback", t);
    }
  }

  @Override
  public final Object onDrained(Object callback) {
    synchronized (this) {
      if (onDrained != null) {
        onDrained.add((IFn) callback);
        return null;
      }
    }
    call((IFn) callback);
    return null;
  }

  @Override
  public final Object markDrained() {
    ended();
    return null;
  }

  @Override
  public final Object isDrained() {
    return isOver();
  }

  // ---- being a stream

  @Override
  public final Object description() {
    Object[] entries = {
      Keyword.intern("type"), kind(),
      Keyword.intern("source?"), true,
      Keyword.intern("drained?"), isOver()
    };
    return new PersistentArrayMap(entries);
  }

  @Override
  public final Object connector(Object sink) {
    return null;
  }
}
