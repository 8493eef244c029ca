package weir.http.client;

import clojure.lang.IFn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import weir.http.HttpRequest;

/**
 * One request on its way to one response: first it waits for a connection, then it is leased one,
 * then it is done. The change of that state by compare-and-set decides every race: between the
 * response, a failure, a timeout and a program that cancels.
 */
final class Exchange implements Runnable {

  private static final int WAITING = 0;
  private static final int LEASED = 1;
  private static final int DONE = 2;

  private static final VarHandle STATE;
  private static final VarHandle TIMER;
  private static final VarHandle BODY_TAKEN;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Exchange.class, "state", int.class);
      BODY_TAKEN = lookup.findVarHandle(Exchange.class, "bodyTaken", int.class);
      TIMER = lookup.findVarHandle(Exchange.class, "timer", IFn.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Call call; // null once a streamed response was handed over
  private final HttpRequest request;
  private final long startedNanos = System.nanoTime();

  private volatile int state;
  private volatile IFn timer;
  private volatile int bodyTaken;
  private volatile OriginPool pool;
  private volatile Lease lease; // set before the state is LEASED

  // Only for events of the pool.
  Exchange previous;
  Exchange next;
  WaitingList list;
  Connecting connecting;
  private long waitingSince;

  /** When it was asked for, if somebody wants to know, else 0; the pool sets it before a lease. */
  long askedSince;

  // Written by whoever sends or retries it.
  private boolean fresh;
  private int retries;
  private long sentNanos;
  private long connectionMillis;

  Exchange(Call call, HttpRequest request) {
    this.call = call;
    this.request = request;
  }

  Call call() {
    return call;
  }

  HttpRequest request() {
    return request;
  }

  boolean isDone() {
    return state == DONE;
  }

  // ---- waiting

  void acquireFrom(OriginPool from) {
    pool = from;
    waitingSince = System.nanoTime();
    from.acquire(this);
  }

  boolean isWaitingIn(WaitingList l) {
    return list == l;
  }

  long waitingSince() {
    return waitingSince;
  }

  /** Whether only a connection will do that was never used. */
  boolean needsFresh() {
    return fresh;
  }

  /** It stands in the queue, and no connection is being made for it. */
  void queued() {
    long limit = request.poolTimeoutMillis();
    if (limit > 0) {
      startTimer(limit, () -> failWaiting(Timeouts.pool(limit)));
    } else {
      stopTimer();
    }
  }

  /** A connection is being made for it. */
  void connecting() {
    long limit = request.connectionTimeoutMillis();
    if (limit > 0) {
      startTimer(limit, () -> failWaiting(Timeouts.connection(limit)));
    } else {
      stopTimer();
    }
  }

  private void failWaiting(Throwable cause) {
    if (STATE.compareAndSet(this, WAITING, DONE)) {
      pool.forget(this);
      call.failed(this, cause);
    }
  }

  /** Gives it a connection, or a part of one, unless it has ended meanwhile. */
  boolean lease(Lease given) {
    lease = given;
    if (!STATE.compareAndSet(this, WAITING, LEASED)) {
      return false;
    }
    stopTimer();
    return true;
  }

  // ---- running

  /** Begins on the leased connection. */
  @Override
  public void run() {
    if (call.onlyConnects() && finish()) {
      call.connected();
    }
    lease.start(this);
  }

  /**
   * It is being sent.
   *
   * @param reused whether the connection was there before
   */
  void sent(boolean reused) {
    sentNanos = System.nanoTime();
    connectionMillis = reused ? 0 : (sentNanos - startedNanos) / 1_000_000;
    long limit = request.requestTimeoutMillis();
    if (limit > 0) {
      startTimer(limit, () -> cancel(Timeouts.request(limit)));
    }
  }

  /** Milliseconds from the start until it was sent; 0 if the connection was there before. */
  long connectionMillis() {
    return connectionMillis;
  }

  /** Takes the right to send, or to let go of, the request's body. Only one ever gets it. */
  boolean takeBody() {
    return BODY_TAKEN.compareAndSet(this, 0, 1);
  }

  /** Milliseconds since it was sent. */
  long requestMillis() {
    return (System.nanoTime() - sentNanos) / 1_000_000;
  }

  /** Takes the right to give the call its response or its failure. */
  boolean finish() {
    if (!STATE.compareAndSet(this, LEASED, DONE)) {
      return false;
    }
    stopTimer();
    return true;
  }

  /** Returns the call and forgets it, so that the exchange does not keep the response alive. */
  Call handOver() {
    Call c = call;
    call = null;
    return c;
  }

  /** The time for the body begins, once the response is out. */
  void reading(Runnable whenOver) {
    long limit = request.readTimeoutMillis();
    if (limit > 0) {
      replaceTimer(Timeouts.start(limit, whenOver));
    }
  }

  /** Nothing more will happen on the connection. */
  void over() {
    stopTimer();
  }

  /** Ends it with a failure that comes from neither the pool nor a connection. */
  void fail(Throwable cause) {
    if (STATE.compareAndSet(this, WAITING, DONE)) {
      stopTimer();
      call.failed(this, cause);
    }
  }

  /**
   * Ends it wherever it is: it leaves the queue, a connection that is being made for it is given up,
   * one that it is running on is closed.
   *
   * @param cause what the call fails with, or null if that has its outcome already
   */
  void cancel(Throwable cause) {
    for (; ; ) {
      int s = state;
      if (s == DONE) {
        return;
      }
      if (STATE.compareAndSet(this, s, DONE)) {
        stopTimer();
        Lease running = lease;
        if (s == LEASED && running != null) { // null: it was about to wait again, and cannot now
          running.abort(this);
        } else if (s == WAITING && pool != null) {
          pool.forget(this);
        }
        if (cause != null) {
          call.failed(this, cause);
        }
        return;
      }
    }
  }

  /** Waits again, for a connection that was never used. Only who runs it may call this. */
  boolean retry() {
    lease = null;
    fresh = true;
    bodyTaken = 0; // only what can be sent again is tried again
    stopTimer();
    return STATE.compareAndSet(this, LEASED, WAITING);
  }

  /** Waits again, for any connection. Only who runs it may call this. */
  boolean retryAnywhere() {
    lease = null;
    retries++;
    bodyTaken = 0;
    stopTimer();
    return STATE.compareAndSet(this, LEASED, WAITING);
  }

  /** Returns how often {@link #retryAnywhere} was called. */
  int retries() {
    return retries;
  }

  boolean wasRetried() {
    return fresh;
  }

  // ---- the one timer, that of the present stage

  private void startTimer(long millis, Runnable action) {
    replaceTimer(Timeouts.start(millis, action));
    if (state == DONE) {
      stopTimer(); // it has ended meanwhile, and whoever ended it did not see this timer
    }
  }

  private void stopTimer() {
    if (timer != null) {
      replaceTimer(null);
    }
  }

  private void replaceTimer(IFn next) {
    IFn old = (IFn) TIMER.getAndSet(this, next);
    if (old != null) {
      old.invoke();
    }
  }
}
