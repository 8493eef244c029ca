package weir.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.executor.Pools;

/**
 * A loop that takes one message of a source after the other. One thread at a time is inside; whoever
 * brings what the loop waits for carries on with it. A source that blocks is read on the wait pool,
 * one with an executor on that.
 */
abstract class Puller extends Taker implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Puller.class);

  private static final VarHandle DIRECT;

  static {
    try {
      DIRECT = MethodHandles.lookup().findVarHandle(Puller.class, "direct", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // States of `direct`.
  private static final int OFF = 0; // in the stream's queue as any other taker, or not at all
  private static final int IDLE = 1; // in the queue, and may be called directly
  private static final int BUSY = 2; // was called directly, still in the queue
  private static final int DEQUEUED = 3; // busy, and a later message found it so in the queue
  private static final int ENDED = 4; // busy, and the stream was closed

  /** What a take is realized with when it is taken back. */
  private static final Object WITHDRAWN = new Object();

  final IEventSource source;
  private final Stream<?> stream; // the source, if it is one of ours
  private final PullSource pulls; // the same for these
  private final boolean blocking;
  private final Executor executor; // where the loop runs; null for any thread
  private volatile int direct;
  private volatile IDeferred take; // a take of a foreign source that may be pending
  private Outcome outcome; // of that take; one is enough
  private PendingPut owed; // only the loop touches it

  Puller(IEventSource source) {
    this.source = source;
    this.stream = source instanceof Stream<?> s ? s : null;
    this.pulls = source instanceof PullSource p ? p : null;
    this.blocking = Args.isTrue(((IEventStream) source).isSynchronous());
    this.executor = blocking ? Pools.waitPool() : stream == null ? null : stream.executor();
  }

  /** Does something with a message; false if someone else will {@code resume} when it is done. */
  abstract boolean accept(Object message);

  /** No message will come any more. */
  abstract void end(Failure because);

  /** False to stop; someone will start again. */
  boolean goesOn() {
    return true;
  }

  /** Asked when a take waits: false to take it back, after which {@link #goesOn} decides. */
  boolean wantsMore() {
    return true;
  }

  /** Starts, on the calling thread unless the source blocks or has an executor. */
  final void start() {
    onItsThread(this);
  }

  final void onItsThread(Runnable work) {
    if (executor == null) {
      work.run();
      return;
    }
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.warn("executor {} rejected the reading of a stream: it goes on inline", executor, e);
      work.run();
    }
  }

  @Override
  public final void run() {
    if (direct != OFF && !leaveQueue()) {
      return;
    }
    PendingPut answered = null;
    while (goesOn()) {
      Object m = stream != null ? stream.receive(this) : takeForeign();
      if (m == Stream.NONE) {
        if (wantsMore() || !withdraw()) {
          release(answered);
          return;
        }
      } else if (m == Stream.END) {
        release(answered);
        end(because());
        return;
      } else {
        release(answered);
        answered = owed;
        owed = null;
        if (m != WITHDRAWN && !accept(m)) {
          break;
        }
      }
    }
    release(answered);
  }

  /**
   * Lets another pump wait a little until it hears that its message was taken. If that is after this
   * loop has begun to wait, the other one can hand over all it has at once, and does not have to wait
   * for each of its messages.
   */
  @Override
  final boolean owes(PendingPut answered) {
    if (!answered.byPump || answered.next != null) {
      return false;
    }
    owed = answered;
    return true;
  }

  private static void release(PendingPut answered) {
    if (answered != null) {
      answered.release();
    }
  }

  final Failure because() {
    Object error = source instanceof Failable f ? f.failure(Stream.NONE) : Stream.NONE;
    return error == Stream.NONE ? null : new Failure(error);
  }

  // ---- called by one of our streams

  @Override
  public final void receive(Object m) {
    if (accept(m)) {
      run();
    }
  }

  @Override
  final void ended() {
    for (; ; ) {
      int s = direct;
      if (s == BUSY) {
        if (DIRECT.compareAndSet(this, BUSY, ENDED)) {
          return; // first the message
        }
      } else if (s == OFF || DIRECT.compareAndSet(this, IDLE, OFF)) {
        end(because());
        return;
      }
    }
  }

  @Override
  final boolean commit(Object message) {
    for (; ; ) {
      int s = direct;
      if (s == OFF || s == IDLE && DIRECT.compareAndSet(this, IDLE, OFF)) {
        return true;
      }
      if (s == ENDED || s == BUSY && DIRECT.compareAndSet(this, BUSY, DEQUEUED)) {
        return false;
      }
    }
  }

  // ---- called by the one who puts into a stream of an operator, while this stays in its queue

  /** Inside the section: lets the one who puts call {@link #acceptDirectly} from now on. */
  final boolean goDirect() {
    if (executor != null) {
      return false;
    }
    direct = IDLE;
    return true;
  }

  /** Returns false if this does not wait at the moment, or is taken out of the queue. */
  final boolean acceptDirectly(Object m) {
    if (direct != IDLE || !DIRECT.compareAndSet(this, IDLE, BUSY)) {
      return false;
    }
    if (accept(m)
        && !(wantsMore() && !stream.isShared() && DIRECT.compareAndSet(this, BUSY, IDLE))) {
      run();
    }
    return true;
  }

  /** As the one who is busy: takes this out of the queue; false if it ends on another thread. */
  private boolean leaveQueue() {
    boolean waited = stream.withdraw(this);
    // Taken out by the stream's end, which is on its way here and will find that nobody is busy.
    boolean ends = !waited && DIRECT.compareAndSet(this, BUSY, OFF);
    direct = OFF;
    return !ends;
  }

  // ---- sources that are not ours

  private Object takeForeign() {
    Object m;
    try {
      m = pulls != null && blocking ? pulls.await() : source.take(Stream.END, blocking);
    } catch (Throwable t) {
      takeFailed(t);
      return Stream.NONE;
    }
    if (blocking || !(m instanceof IDeferred d)) {
      return m;
    }
    if (!d.realized()) {
      take = d;
      if (outcome == null) {
        outcome = new Message();
      }
      Outcome.of(d, outcome);
      return Stream.NONE;
    }
    Object error = d.errorValue(Stream.NONE);
    if (error == Stream.NONE) {
      return d.successValue(null);
    }
    takeFailed(error);
    return Stream.NONE;
  }

  /** The outcome of a pending take. */
  private final class Message extends Outcome {
    @Override
    protected void onSuccess(Object m) {
      take = null;
      if (m == Stream.END) {
        end(because());
      } else if (m == WITHDRAWN || accept(m)) {
        run();
      }
    }

    @Override
    protected void onError(Object error) {
      take = null;
      takeFailed(error);
    }
  }

  private void takeFailed(Object error) {
    LOG.error("error in a take from {}: {}", source.getClass().getName(), error, throwable(error));
    end(new Failure(error));
  }

  static Throwable throwable(Object error) {
    return error instanceof Throwable t ? t : null;
  }

  /** Takes back a pending take; true if the caller runs the loop now. */
  final boolean withdraw() {
    if (stream != null) {
      // A busy loop is in no need of that: it looks by itself whether it goes on.
      return (direct == OFF || DIRECT.compareAndSet(this, IDLE, OFF)) && stream.withdraw(this);
    }
    if (take instanceof IMutableDeferred d) {
      d.success(WITHDRAWN); // then its listener runs the loop
    }
    return false;
  }
}
