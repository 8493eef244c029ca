package weir.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.executor.Pools;

/**
 * Takes the messages of one source and offers each to all connections, the next one only when every
 * sink has answered. One thread at a time is the pump; whoever brings what it waits for, a message or
 * the last answer, carries on with it. A source that blocks is pumped on the wait pool.
 */
final class Pump extends Taker implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
  private static final VarHandle AWAITED;

  /** What a take is realized with when the pump takes it back. */
  private static final Object WITHDRAWN = new Object();

  static {
    try {
      AWAITED = MethodHandles.lookup().findVarHandle(Pump.class, "awaited", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final IEventSource source;
  private final Stream<?> stream; // the source, if it is one of ours
  private final Connections home;
  private final boolean blocking;
  private final Executor executor; // where the pump runs; null for any thread
  private final Outcome message = new Message();
  private volatile IDeferred take; // a take of a foreign source that may be pending

  /** Answers that are still missing, and one more while the sinks are being asked. */
  private volatile int awaited;

  // The round that waits for asynchronous sinks before it turns to the synchronous ones. Passed
  // from
  // thread to thread by way of `awaited`.
  private Connection[] round;
  private Object roundMessage;
  private int position;

  Pump(IEventSource source, Connections home) {
    this.source = source;
    this.stream = source instanceof Stream<?> s ? s : null;
    this.home = home;
    this.blocking = Args.isTrue(((IEventStream) source).isSynchronous());
    this.executor = blocking ? Pools.waitPool() : stream == null ? null : stream.executor();
  }

  /** Starts, on the calling thread unless the source blocks or has an executor. */
  void start() {
    onItsThread(this);
  }

  private void onItsThread(Runnable work) {
    if (executor == null) {
      work.run();
      return;
    }
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.warn("executor {} rejected a stream's pump, which now runs inline", executor, e);
      work.run();
    }
  }

  @Override
  public void run() {
    for (; ; ) {
      if (home.isEmpty()) {
        if (home.stopIfEmpty()) {
          return;
        }
        continue;
      }
      Object m = stream != null ? stream.receive(this) : takeForeign();
      if (m == Stream.NONE) {
        // The last sink may have gone after the look above, and found no take to withdraw.
        if (!home.isEmpty() || !withdraw()) {
          return;
        }
      } else if (m == Stream.END) {
        finish(null);
        return;
      } else if (m != WITHDRAWN && !deliver(m)) {
        return;
      }
    }
  }

  // ---- called by the source

  @Override
  public void receive(Object m) {
    if (deliver(m)) {
      run();
    }
  }

  @Override
  void ended() {
    finish(null);
  }

  // ---- sources that are not ours

  private Object takeForeign() {
    Object m;
    try {
      m = source.take(Stream.END, blocking);
    } catch (Throwable t) {
      LOG.error("error in a take from {}", source.getClass().getName(), t);
      finish(new Failure(t));
      return Stream.NONE;
    }
    if (!(m instanceof IDeferred d) || blocking) {
      return m;
    }
    if (!d.realized()) {
      take = d;
      Outcome.of(d, message);
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
        finish(null);
      } else if (m == WITHDRAWN || deliver(m)) {
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
    LOG.error(
        "error in a take from {}: {}", source.getClass().getName(), error, asThrowable(error));
    finish(new Failure(error));
  }

  static Throwable asThrowable(Object error) {
    return error instanceof Throwable t ? t : null;
  }

  /** Takes back a pending take; true if the caller is the pump now. */
  private boolean withdraw() {
    if (stream != null) {
      return stream.withdraw(this);
    }
    if (take instanceof manifold.deferred.IMutableDeferred d) {
      d.success(WITHDRAWN); // then the listener is the pump
    }
    return false;
  }

  // ---- one message

  /** Offers {@code m} to all; true when all have answered, else the last answer resumes. */
  private boolean deliver(Object m) {
    Connection[] sinks = home.snapshot();
    boolean missing = false;
    boolean blockingSinks = false;
    awaitFirst();
    for (Connection c : sinks) {
      if (c.blocking) {
        blockingSinks = true;
      } else if (!c.offer(m)) {
        missing = true;
      }
    }
    if (blockingSinks) {
      round = sinks;
      roundMessage = m;
      position = 0;
    }
    return (!missing || answeredAll()) && (!blockingSinks || deliverToBlocking());
  }

  /** Offers the message to one blocking sink after the other. */
  private boolean deliverToBlocking() {
    while (position < round.length) {
      Connection c = round[position++];
      if (c.blocking) {
        awaitFirst();
        if (!c.offer(roundMessage) && !answeredAll()) {
          return false;
        }
      }
    }
    round = null;
    roundMessage = null;
    return true;
  }

  private void awaitFirst() {
    AWAITED.setRelease(this, 1);
  }

  private boolean answeredAll() {
    return (int) AWAITED.getAndAdd(this, -1) == 1;
  }

  /** For a connection whose sink has not answered yet. */
  void awaitOne() {
    AWAITED.getAndAdd(this, 1);
  }

  /** For a connection whose sink has answered or gone. */
  void answered() {
    if (answeredAll()) {
      onItsThread(this::resume);
    }
  }

  private void resume() {
    if (round == null || deliverToBlocking()) {
      run();
    }
  }

  // ---- ending

  private void finish(Failure because) {
    Failure f = because == null && stream != null ? stream.because() : because;
    for (Connection c : home.finish()) {
      c.sourceEnded(f);
    }
  }

  /** After the last sink, or one with {@code upstream?}, went: closes the source. */
  void sinkGone(boolean last, Failure because) {
    if (last && withdraw()) {
      closeSource(because);
      onItsThread(this);
      return;
    }
    closeSource(because);
  }

  private void closeSource(Failure because) {
    try {
      Ends.close((IEventStream) source, because);
    } catch (Throwable t) {
      LOG.error("error while closing {}", source.getClass().getName(), t);
    }
  }

  boolean sourceIsSink() {
    return source instanceof manifold.stream.core.IEventSink;
  }
}
