package weir.executor;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of objects by key. Who finds none idle gets a new one, if the controller allows it, else
 * waits in a queue, first come, first served.
 *
 * <p>Any thread may use it. The lock guards only the bookkeeping: the program's functions are called
 * without it, on the thread that acquires, releases or, for the controller, on one of its own.
 */
public final class ObjectPool implements KeyedPool {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectPool.class);

  /** What a pool needs to know; {@code destroy} and {@code onStats} may be null. */
  public record Options(
      Function<Object, ?> generate,
      BiConsumer<Object, Object> destroy,
      PoolController controller,
      int maxQueue,
      long samplePeriodNanos,
      long controlPeriodNanos,
      Consumer<Map<Object, Stats>> onStats) {}

  private final Options options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Object, KeyObjects> byKey = new HashMap<>();
  private final Future<?> sampling;
  private int total;
  private int samples;
  private boolean closed;

  /** The objects of a key; guarded by the lock. */
  private static final class KeyObjects {
    final ArrayDeque<Object> idle = new ArrayDeque<>();
    final ArrayDeque<Acquirer> waiting = new ArrayDeque<>();
    final StatsRecorder recorder;
    int count;

    KeyObjects(long period) {
      recorder = new StatsRecorder(EnumSet.allOf(Metric.class), period, System.nanoTime());
    }
  }

  /** Creates a pool; objects are made when they are needed. */
  public ObjectPool(Options options) {
    Objects.requireNonNull(options.generate(), "generate");
    Objects.requireNonNull(options.controller(), "controller");
    if (options.maxQueue() < 0) {
      throw new IllegalArgumentException(
          "maxQueue: " + options.maxQueue() + " (expected: 0 or more)");
    }
    this.options = options;
    WeakReference<ObjectPool> self = new WeakReference<>(this);
    Future<?>[] me = new Future<?>[1];
    me[0] = ControlThread.every(options.samplePeriodNanos(), () -> tick(self, me));
    this.sampling = me[0];
  }

  // ---- acquiring

  @Override
  public void acquire(Object key, Acquirer acquirer) {
    Object idle = null;
    Throwable refusal = null;
    boolean make = false;
    lock.lock();
    try {
      KeyObjects of = of(key);
      of.recorder.arrived();
      if (closed) {
        refusal = new IllegalStateException("the pool is shut down");
      } else if ((idle = of.idle.pollFirst()) == null) {
        make = mayMake(key, of);
        if (!make && of.waiting.size() >= options.maxQueue()) {
          of.recorder.rejected();
          refusal =
              new RejectedExecutionException(
                  "more than " + options.maxQueue() + " wait for an object of " + key);
        } else if (!make) {
          of.waiting.addLast(acquirer);
        }
      }
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      acquirer.fail(refusal);
    } else if (idle != null) {
      hand(key, idle, acquirer);
    } else if (make) {
      make(key, acquirer);
    }
  }

  private KeyObjects of(Object key) {
    return byKey.computeIfAbsent(key, k -> new KeyObjects(options.samplePeriodNanos()));
  }

  /** Asked under the lock, so that two cannot both get the last place. */
  private boolean mayMake(Object key, KeyObjects of) {
    if (!options.controller().shouldIncrement(key, of.count, total)) {
      return false;
    }
    of.count++;
    total++;
    return true;
  }

  private void make(Object key, Acquirer acquirer) {
    Object made;
    try {
      made = options.generate().apply(key);
    } catch (Throwable t) {
      gone(key);
      acquirer.fail(t);
      return;
    }
    hand(key, made, acquirer);
  }

  private void hand(Object key, Object object, Acquirer acquirer) {
    if (!acquirer.take(object)) {
      release(key, object);
    }
  }

  // ---- giving back

  /** Gives an object back: to who waits longest, or to the idle ones. */
  @Override
  public void release(Object key, Object object) {
    for (; ; ) {
      Acquirer next;
      lock.lock();
      try {
        KeyObjects of = of(key);
        next = of.waiting.pollFirst();
        if (next == null && !closed) {
          of.recorder.completed();
          of.idle.addFirst(object);
          return;
        }
      } finally {
        lock.unlock();
      }
      if (next == null) {
        dispose(key, object);
        return;
      }
      if (next.take(object)) {
        return;
      }
    }
  }

  /** Drops an object; another one takes its place if somebody waits. */
  @Override
  public void dispose(Object key, Object object) {
    lock.lock();
    try {
      of(key).idle.remove(object);
    } finally {
      lock.unlock();
    }
    destroy(key, object);
    gone(key);
  }

  private void destroy(Object key, Object object) {
    if (options.destroy() == null) {
      return;
    }
    try {
      options.destroy().accept(key, object);
    } catch (Throwable t) {
      LOG.error("error while destroying {}", object, t);
    }
  }

  private void gone(Object key) {
    Acquirer next = null;
    lock.lock();
    try {
      KeyObjects of = of(key);
      of.count--;
      total--;
      of.recorder.completed();
      if (!of.waiting.isEmpty() && mayMake(key, of)) {
        next = of.waiting.pollFirst();
      }
      if (of.count == 0 && of.waiting.isEmpty()) {
        byKey.remove(key);
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      make(key, next);
    }
  }

  /** Destroys what is idle and fails what waits; later acquirers fail. Idempotent. */
  @Override
  public void shutdown() {
    List<Runnable> todo = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      byKey.forEach(
          (key, of) -> {
            of.idle.forEach(object -> todo.add(() -> dispose(key, object)));
            of.waiting.forEach(
                w -> todo.add(() -> w.fail(new IllegalStateException("the pool is shut down"))));
            of.idle.clear();
            of.waiting.clear();
          });
    } finally {
      lock.unlock();
    }
    sampling.cancel(false);
    todo.forEach(Runnable::run);
  }

  // ---- statistics and control

  private static void tick(WeakReference<ObjectPool> self, Future<?>[] me) {
    ObjectPool pool = self.get();
    if (pool != null) {
      pool.sample();
    } else if (me[0] != null) {
      me[0].cancel(false); // nobody has it any more
    }
  }

  private void sample() {
    Map<Object, Stats> stats = null;
    lock.lock();
    try {
      long now = System.nanoTime();
      byKey.forEach(
          (k, of) ->
              of.recorder.sample(now, of.count, of.count - of.idle.size(), of.waiting.size()));
      if (++samples * options.samplePeriodNanos() >= options.controlPeriodNanos()) {
        samples = 0;
        stats = snapshot();
      }
    } finally {
      lock.unlock();
    }
    if (stats != null) {
      Map<Object, Stats> measured = stats;
      ControlThread.call(() -> control(measured));
    }
  }

  private Map<Object, Stats> snapshot() {
    Map<Object, Stats> stats = new HashMap<>();
    byKey.forEach(
        (k, of) -> {
          stats.put(k, of.recorder.snapshot(of.count));
          of.recorder.clear();
        });
    return stats;
  }

  private void control(Map<Object, Stats> stats) {
    try {
      if (options.onStats() != null) {
        options.onStats().accept(stats);
      }
      options.controller().adjustment(stats).forEach(this::adjust);
    } catch (Throwable t) {
      LOG.error("error in the controller or the statistics callback of a pool", t);
    }
  }

  private void adjust(Object key, Integer by) {
    for (int i = 0; i < -by; i++) {
      Object idle;
      lock.lock();
      try {
        KeyObjects of = byKey.get(key);
        idle = of == null ? null : of.idle.pollLast();
      } finally {
        lock.unlock();
      }
      if (idle == null) {
        return;
      }
      destroy(key, idle);
      gone(key);
    }
  }
}
