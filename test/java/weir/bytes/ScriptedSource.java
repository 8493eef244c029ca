package weir.bytes;

import clojure.lang.IFn;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import weir.deferred.Deferred;

/** A source that emits what a test adds, and counts what it is asked for. */
final class ScriptedSource implements IEventSource, IEventStream {

  private record Take(Deferred<Object> result, Object dflt) {}

  private record Failure(Throwable cause) {}

  private static final Object END = new Object();

  final AtomicInteger takes = new AtomicInteger();
  final AtomicInteger closes = new AtomicInteger();
  private final ArrayDeque<Object> messages = new ArrayDeque<>();
  private final ArrayDeque<Take> waiting = new ArrayDeque<>();

  static ScriptedSource of(Object... messages) {
    ScriptedSource s = new ScriptedSource();
    for (Object m : messages) {
      s.emit(m);
    }
    return s.end();
  }

  ScriptedSource emit(Object m) {
    synchronized (this) {
      messages.add(m);
    }
    deliver();
    return this;
  }

  ScriptedSource end() {
    return emit(END);
  }

  ScriptedSource fail(Throwable t) {
    return emit(new Failure(t));
  }

  @Override
  public Object take(Object dflt, Object blocking) {
    takes.incrementAndGet();
    Deferred<Object> d = Deferred.create(null);
    synchronized (this) {
      waiting.add(new Take(d, dflt));
    }
    deliver();
    return d;
  }

  private void deliver() {
    for (; ; ) {
      Take t;
      Object m;
      synchronized (this) {
        if (messages.isEmpty() || waiting.isEmpty()) {
          return;
        }
        t = waiting.poll();
        m = messages.peek();
        if (m != END) {
          messages.poll();
        }
      }
      if (m instanceof Failure f) {
        t.result.error(f.cause);
      } else {
        t.result.success(m == END ? t.dflt : m);
      }
    }
  }

  @Override
  public Object close() {
    closes.incrementAndGet();
    return end();
  }

  @Override
  public Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object markDrained() {
    return null;
  }

  @Override
  public Object isDrained() {
    return false;
  }

  @Override
  public Object onDrained(Object callback) {
    ((IFn) callback).invoke();
    return null;
  }

  @Override
  public Object connector(Object sink) {
    return null;
  }

  @Override
  public Object description() {
    return null;
  }

  @Override
  public Object isSynchronous() {
    return false;
  }

  @Override
  public Object downstream() {
    return null;
  }

  @Override
  public Object weakHandle(Object refQueue) {
    return new WeakReference<>(this);
  }
}
