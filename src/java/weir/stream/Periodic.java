package weir.stream;

import clojure.lang.IFn;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import manifold.stream.core.IEventSource;
import manifold.time.IClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.time.Clock;
import weir.time.CurrentClock;

/**
 * Puts what a function returns into a stream, once per period. While a value is not accepted there is
 * no timer, so a stream that nobody takes from costs nothing and can be collected.
 */
final class Periodic implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

  private final IClock clock = CurrentClock.get();
  private final double period;
  private final Supplier<Object> f;
  private final Stream<Object> out = Stream.buffered(1);

  private final ReentrantLock lock = new ReentrantLock(); // no foreign code inside
  private Object timer; // guarded by the lock; null while there is none
  private int starts; // guarded by the lock

  private Periodic(double period, Supplier<Object> f) {
    this.period = period;
    this.f = Carrying.supplier(f);
  }

  static IEventSource start(long period, Number initialDelay, Supplier<Object> f) {
    if (period <= 0) {
      throw new IllegalArgumentException("period: " + period + " (expected: more than zero)");
    }
    Periodic p = new Periodic(period, f);
    p.out.onClosed(p::stopTimer);
    p.startTimer(initialDelay == null ? p.toNextMultiple() : initialDelay.doubleValue());
    return new SourceView(p.out);
  }

  private double toNextMultiple() {
    double now = clock instanceof Clock c ? c.epochMillis() : System.currentTimeMillis();
    return period - now % period;
  }

  /** A clock may run what is due before it returns, and that may stop the timer it has not got. */
  private void startTimer(double delay) {
    int mine;
    lock.lock();
    try {
      mine = ++starts;
    } finally {
      lock.unlock();
    }
    Object cancel = clock.every(delay, period, this);
    lock.lock();
    try {
      if (starts == mine) {
        timer = cancel;
        return;
      }
    } finally {
      lock.unlock();
    }
    ((IFn) cancel).invoke();
  }

  private void stopTimer() {
    Object t;
    lock.lock();
    try {
      starts++;
      t = timer;
      timer = null;
    } finally {
      lock.unlock();
    }
    if (t != null) {
      ((IFn) t).invoke();
    }
  }

  @Override
  public void run() {
    if (out.isClosed()) {
      return;
    }
    Object value;
    try {
      value = f.get();
    } catch (Throwable t) {
      LOG.error("error in the function of a periodic stream, which closes it", t);
      out.fail(t);
      return;
    }
    Deferred<Boolean> answer = out.put(value);
    if (!answer.realized()) {
      stopTimer();
      Outcome.of(answer, new Restart());
    }
  }

  private final class Restart extends Outcome {
    @Override
    protected void onSuccess(Object accepted) {
      if (Args.isTrue(accepted) && !out.isClosed()) {
        startTimer(toNextMultiple());
      }
    }

    @Override
    protected void onError(Object error) {}
  }
}
