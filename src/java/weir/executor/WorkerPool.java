package weir.executor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * Threads that run tasks, as many as a {@link Controller} wants.
 *
 * <p>A task goes to an idle thread; else into the queue; else to a new thread, if the controller
 * permits one; else it is refused. One lock guards everything, and is never held while a task, the
 * controller or the thread factory runs. Of the idle threads the one that worked last goes first,
 * so that the others become the ones to take away.
 */
final class WorkerPool extends InstrumentedExecutor {

  /** A task in the queue, and when it got there. */
  private record Queued(Runnable task, long since) {}

  private final ThreadFactory threads;
  private final Controller controller;
  private final int queueLength;
  private final boolean onto;

  // Guarded by the lock. While there are idle workers, the queue is empty.
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();
  private final ArrayDeque<Queued> queue = new ArrayDeque<>();
  private final Set<Worker> running = new HashSet<>(); // those with a thread, for interrupts
  private int workers; // that take tasks, including those whose thread is just being made
  private int surplus; // busy workers that should end after their task
  private boolean shutdown;
  private boolean stopped; // by shutdownNow: threads end with the interrupt they got
  private final Condition room = lock.newCondition(); // a worker or a place in the queue got free
  private final Condition terminated = lock.newCondition();

  WorkerPool(ExecutorBuilder options, ThreadFactory threads, boolean onto) {
    super(options);
    this.threads = threads;
    this.onto = onto;
    controller = options.controller;
    queueLength = options.queueLength;
  }

  void start(int initialThreads) {
    growTo(initialThreads);
    startControl();
  }

  // Submission

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (!submit(task, timeNow(), true)) {
      throw rejected("no idle thread, no room in the queue, and no permission to grow");
    }
  }

  @Override
  public void executeWithoutRejection(Runnable task) throws InterruptedException {
    Objects.requireNonNull(task, "task");
    long since = timeNow();
    boolean first = true;
    while (!submit(task, since, first) && !awaitRoom(task, since)) {
      first = false;
    }
  }

  private boolean submit(Runnable task, long since, boolean first) {
    boolean arrives = first;
    while (true) {
      int seen = place(task, since, arrives);
      arrives = false;
      if (seen < 0) {
        return true;
      }
      if (seen > 0 && !controller.shouldIncrement(seen)) {
        return false;
      }
      if (reserveWorker(seen)) {
        startWorker(new Worker(task, since));
        return true;
      }
      // Another thread changed the number of workers that the controller was asked about.
    }
  }

  /**
   * Gives a task to an idle worker or the queue; returns -1, or the number of workers if neither.
   */
  private int place(Runnable task, long since, boolean arrives) {
    lock.lock();
    try {
      if (arrives) {
        arrived();
      }
      if (shutdown) {
        throw rejectedUnderLock("shut down");
      }
      return handOver(task, since) || enqueue(task, since) ? -1 : workers;
    } finally {
      lock.unlock();
    }
  }

  private boolean handOver(Runnable task, long since) {
    Worker worker = idle.pollFirst();
    if (worker == null) {
      return false;
    }
    worker.give(task, since);
    return true;
  }

  private boolean enqueue(Runnable task, long since) {
    // Without any worker nobody would ever look at the queue.
    if (workers == 0 || queue.size() >= queueLength) {
      return false;
    }
    queue.add(new Queued(task, since));
    return true;
  }

  /** Waits until something got free; returns true if the task was placed before that. */
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private boolean awaitRoom(Runnable task, long since) throws InterruptedException {
    lock.lock();
    try {
      if (place(task, since, false) < 0) {
        return true;
      }
      room.await();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private RejectedExecutionException rejected(String why) {
    lock.lock();
    try {
      return rejectedUnderLock(why);
    } finally {
      lock.unlock();
    }
  }

  private RejectedExecutionException rejectedUnderLock(String why) {
    recorder.rejected();
    return new RejectedExecutionException("task refused by " + this + ": " + why);
  }

  // Size

  /** Counts one worker more, if there still are as many as the controller was asked about. */
  private boolean reserveWorker(int seen) {
    lock.lock();
    try {
      if (workers != seen || shutdown) {
        return false;
      }
      workers++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void startWorker(Worker worker) {
    boolean started = false;
    try {
      Thread thread = threads.newThread(worker);
      if (thread == null) {
        throw rejected("the thread factory returned null");
      }
      worker.thread = thread;
      thread.start();
      started = true;
    } finally {
      if (!started) {
        leave(worker);
      }
    }
  }

  private void growTo(int target) {
    while (reserveBelow(target)) {
      Worker worker = new Worker(null, 0);
      startWorker(worker);
      announce(worker);
    }
  }

  private boolean reserveBelow(int target) {
    lock.lock();
    try {
      if (workers >= target || shutdown) {
        return false;
      }
      workers++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Has a worker count as idle before its thread gets that far, so that it can be given a task. */
  private void announce(Worker worker) {
    lock.lock();
    try {
      if (!worker.begun) {
        worker.enlistIfFree();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  void adjust(Stats stats) {
    int change = controller.adjustment(stats);
    if (change > 0) {
      // A sum, because tasks may have brought new workers since the old ones were counted.
      growTo(stats.getNumWorkers() + change);
    } else if (change < 0) {
      removeWorkers(-change);
    }
  }

  /** Ends the workers that have been idle for longest, then busy ones as they finish. */
  private void removeWorkers(int count) {
    lock.lock();
    try {
      surplus = Math.min(count, workers - 1);
      while (surplus > 0 && !idle.isEmpty()) {
        surplus--;
        idle.pollLast().retire();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  int workers() {
    return workers;
  }

  @Override
  int busy() {
    return workers - idle.size();
  }

  @Override
  int queued() {
    return queue.size();
  }

  // Life cycle

  @Override
  public void shutdown() {
    lock.lock();
    try {
      beginShutdown();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    lock.lock();
    try {
      List<Runnable> left = new ArrayList<>(queue.size());
      queue.forEach(queued -> left.add(queued.task));
      queue.clear();
      stopped = true;
      beginShutdown();
      running.forEach(worker -> worker.thread.interrupt());
      return left;
    } finally {
      lock.unlock();
    }
  }

  private void beginShutdown() {
    if (shutdown) {
      return;
    }
    shutdown = true;
    stopControl();
    // With idle workers there is nothing in the queue.
    for (Worker worker; (worker = idle.pollFirst()) != null; ) {
      worker.retire();
    }
    room.signalAll();
    if (workers == 0) {
      terminated.signalAll();
    }
  }

  @Override
  public boolean isShutdown() {
    lock.lock();
    try {
      return shutdown;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isTerminated() {
    lock.lock();
    try {
      return shutdown && workers == 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long left = unit.toNanos(timeout);
    lock.lock();
    try {
      while (!(shutdown && workers == 0)) {
        if (left <= 0) {
          return false;
        }
        left = terminated.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Worker worker) {
    lock.lock();
    try {
      worker.leave();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "executor[workers "
          + workers
          + ", busy "
          + busy()
          + ", queued "
          + queue.size()
          + (shutdown ? ", shut down]" : "]");
    } finally {
      lock.unlock();
    }
  }

  /** One thread, from its first task to its retirement. */
  private final class Worker implements Runnable {

    volatile Thread thread;

    // Guarded by the lock.
    private final Condition given = lock.newCondition();
    private Runnable task;
    private long since;
    private boolean left; // takes no more tasks
    private boolean listed; // among the idle ones
    private boolean begun; // on its thread

    Worker(Runnable first, long since) {
      this.task = first;
      this.since = since;
    }

    void enlistIfFree() {
      if (task == null && !listed && !left && !shutdown && queue.isEmpty()) {
        enlist();
      }
    }

    private void enlist() {
      listed = true;
      idle.addFirst(this);
      room.signal();
    }

    /** For whoever took this worker off the idle ones. */
    void give(Runnable next, long submitted) {
      listed = false;
      task = next;
      since = submitted;
      given.signal();
    }

    /** For whoever took this worker off the idle ones. */
    void retire() {
      listed = false;
      leave();
      given.signal();
    }

    /**
     * Stops counting this worker, at the moment when it is settled that it takes no more tasks: two
     * that end at once must not both think that the other one stays.
     */
    void leave() {
      if (left) {
        return;
      }
      left = true;
      workers--;
      running.remove(this);
      room.signal();
      if (shutdown && workers == 0) {
        terminated.signalAll();
      }
    }

    @Override
    public void run() {
      begin();
      try {
        Runnable next;
        while ((next = next()) != null) {
          runLogged(next);
          completed();
        }
      } finally {
        WorkerPool.this.leave(this);
      }
    }

    private void begin() {
      thread = Thread.currentThread();
      if (onto) {
        CurrentExecutor.set(WorkerPool.this);
      }
      lock.lock();
      try {
        begun = true;
        running.add(this);
        enlistIfFree();
        if (stopped) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    private Runnable next() {
      lock.lock();
      try {
        while (task == null) {
          if (mayEnd()) {
            return null;
          }
          Queued queued = queue.pollFirst();
          if (queued != null) {
            task = queued.task;
            since = queued.since;
            room.signal();
          } else {
            awaitTask();
          }
        }
        Runnable next = task;
        task = null;
        if (timesTasks) {
          recorder.latency(Metric.QUEUE_LATENCY, System.nanoTime() - since);
        }
        return next;
      } finally {
        lock.unlock();
      }
    }

    /** An idle worker ends only when somebody took it off the list and retired it. */
    private boolean mayEnd() {
      if (left) {
        return true;
      }
      boolean superfluous = surplus > 0 && workers > 1 && !listed;
      if (superfluous) {
        surplus--;
      }
      if (superfluous || (shutdown && queue.isEmpty())) {
        leave();
      }
      return left;
    }

    private void awaitTask() {
      if (!listed) {
        enlist();
      }
      // Not by interrupt: whoever wants this worker takes it off the idle ones and says so.
      while (task == null && !left) {
        given.awaitUninterruptibly();
      }
    }

    private void completed() {
      lock.lock();
      try {
        recorder.completed();
        if (timesTasks) {
          recorder.latency(Metric.TASK_LATENCY, System.nanoTime() - since);
        }
        if (!stopped) {
          // An interrupt was meant for the task that is over.
          Thread.interrupted();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
