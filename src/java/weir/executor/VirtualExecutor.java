package weir.executor;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs each task on a new virtual thread. Its workers are the tasks that run. */
final class VirtualExecutor extends InstrumentedExecutor {

  private final ExecutorService threads;
  private final boolean onto;
  private int active; // tasks begun and not ended; guarded by the lock

  VirtualExecutor(ExecutorBuilder options, String prefix) {
    super(options);
    onto = options.onto;
    threads = VirtualThreads.perTask(prefix);
  }

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    long since = timeNow();
    begin();
    boolean accepted = false;
    try {
      threads.execute(() -> run(task, since));
      accepted = true;
    } finally {
      if (!accepted) {
        refused();
      }
    }
  }

  @Override
  public void executeWithoutRejection(Runnable task) {
    execute(task);
  }

  private void run(Runnable task, long since) {
    if (onto) {
      CurrentExecutor.set(this);
    }
    long started = timeNow();
    try {
      runLogged(task);
    } finally {
      completed(since, started);
    }
  }

  private void begin() {
    lock.lock();
    try {
      arrived();
      active++;
    } finally {
      lock.unlock();
    }
  }

  private void refused() {
    lock.lock();
    try {
      recorder.rejected();
      active--;
    } finally {
      lock.unlock();
    }
  }

  private void completed(long since, long started) {
    lock.lock();
    try {
      recorder.completed();
      active--;
      if (timesTasks) {
        recorder.latency(Metric.QUEUE_LATENCY, started - since);
        recorder.latency(Metric.TASK_LATENCY, System.nanoTime() - since);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  int workers() {
    return active;
  }

  @Override
  int busy() {
    return active;
  }

  @Override
  int queued() {
    return 0;
  }

  @Override
  void adjust(Stats stats) {
    // There is nothing to adjust: the number of threads is the number of tasks.
  }

  @Override
  public void shutdown() {
    closed();
    threads.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    closed();
    return threads.shutdownNow();
  }

  private void closed() {
    lock.lock();
    try {
      stopControl();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isShutdown() {
    return threads.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return threads.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return threads.awaitTermination(timeout, unit);
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "virtual-executor[running " + active + (isShutdown() ? ", shut down]" : "]");
    } finally {
      lock.unlock();
    }
  }
}
