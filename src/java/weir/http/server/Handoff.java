package weir.http.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Function;

/**
 * Runs requests off the event loops at nearly no cost: a loop hands over everything it read in one
 * iteration at once, and finished responses go back in groups as well, so that threads are woken
 * once for many requests.
 *
 * <h2>Rules</h2>
 *
 * <ol>
 *   <li>Each request is taken by exactly one worker; responses are put in order by the connection.
 *   <li>While the queue is not empty, some worker that is not inside a handler is runnable, or {@code
 *       successor} is 1 and one is being started. So a handler that blocks holds up nobody.
 *   <li>A new worker clears {@code successor} before it first looks into the queue, and whoever adds
 *       work does so before it reads {@code successor}: work is never left without a worker.
 *   <li>A finished response waits at most for the end of its worker's run, for {@link
 *       Worker#MAX_DELAY_NANOS} of checks between handlers, for the next worker's start, or for one
 *       tick of the {@link Watchdog}.
 * </ol>
 */
final class Handoff {

  private static final VarHandle SUCCESSOR;

  static {
    try {
      SUCCESSOR = MethodHandles.lookup().findVarHandle(Handoff.class, "successor", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Threads for workers. */
  interface Threads {
    /** Starts or wakes a thread that calls {@code worker}; false if none is free. */
    boolean start(Runnable worker);

    /** Returns whether {@code start} may have success now. */
    boolean available();

    /** Lets idle threads end. */
    void shutdown();
  }

  /** What a worker is there for. */
  interface Job {
    /** Does the work; must not throw. */
    void run(Worker worker);
  }

  private final WorkQueue<Job> queue = new WorkQueue<>();
  private final Threads threads;
  private final Watchdog watchdog;
  private final Runnable worker = this::work;
  private volatile int successor;

  Handoff(int poolSize, Watchdog watchdog) {
    this(onIdle -> WorkerThreads.create(poolSize, onIdle), watchdog);
  }

  /**
   * @param threads makes the threads, given what they must call after they have announced themselves
   *     idle
   */
  Handoff(Function<Runnable, Threads> threads, Watchdog watchdog) {
    this.threads = threads.apply(this::signalIfWork);
    this.watchdog = watchdog;
  }

  /** Hands over what one event loop iteration has gathered. The array is the queue's from now on. */
  void submit(Object[] jobs, int size) {
    queue.add(jobs, size);
    signal();
  }

  private void signalIfWork() {
    if (!queue.isEmpty()) {
      signal();
    }
  }

  /**
   * Sees to it that a worker looks into the queue. When every thread is busy, the first to leave its
   * handler looks. One that became idle while {@code successor} was still 1 has not signalled, so
   * after clearing it this looks again for a free thread.
   */
  private void signal() {
    while (successor == 0 && SUCCESSOR.compareAndSet(this, 0, 1)) {
      if (threads.start(worker)) {
        return;
      }
      successor = 0;
      if (queue.isEmpty() || !threads.available()) {
        return;
      }
    }
  }

  private void work() {
    successor = 0;
    watchdog.publishAll();
    Worker self = new Worker(watchdog);
    Job job;
    do {
      while ((job = queue.poll()) != null) {
        if (!queue.isEmpty()) {
          signal();
        }
        job.run(self);
        self.publishIfOld();
      }
      self.publish();
    } while (!queue.isEmpty());
    self.end();
  }

  void shutdown() {
    threads.shutdown();
    watchdog.shutdown();
  }
}
