package weir.http.server;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import weir.executor.VirtualThreads;

/** The threads that workers run on: virtual where the JVM has them, a bounded pool otherwise. */
final class WorkerThreads {

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private WorkerThreads() {}

  /**
   * Returns virtual threads if this JVM has them, else a pool.
   *
   * @param poolSize how many threads the pool may have
   * @param onIdle called by a pool thread after it has announced itself idle
   */
  static Handoff.Threads create(int poolSize, Runnable onIdle) {
    return VirtualThreads.available() ? new Virtual() : pool(poolSize, onIdle);
  }

  /** Returns a pool of at most {@code size} platform threads. */
  static Handoff.Threads pool(int size, Runnable onIdle) {
    return new Pool(size, onIdle);
  }

  /** A new virtual thread for each run: cheaper than waking a parked one. */
  private static final class Virtual implements Handoff.Threads {
    @Override
    public boolean start(Runnable worker) {
      VirtualThreads.unstarted("weir-handler", worker).start();
      return true;
    }

    @Override
    public boolean available() {
      return true;
    }

    @Override
    public void shutdown() {}
  }

  /** Platform threads that wait in a stack, so that the one that ran last runs again. */
  private static final class Pool implements Handoff.Threads, ThreadFactory {
    private final int max;
    private final AtomicInteger threads = new AtomicInteger();
    private final AtomicInteger number = new AtomicInteger();
    private final ConcurrentLinkedDeque<Member> idle = new ConcurrentLinkedDeque<>();
    private final Runnable onIdle;
    private volatile boolean stopped;

    Pool(int max, Runnable onIdle) {
      this.max = max;
      this.onIdle = onIdle;
    }

    @Override
    public boolean available() {
      return !idle.isEmpty() || threads.get() < max;
    }

    @Override
    public boolean start(Runnable worker) {
      Member member;
      while ((member = idle.pollFirst()) != null) {
        if (member.wake(worker)) {
          return true;
        }
      }
      for (int n = threads.get(); n < max; n = threads.get()) {
        if (threads.compareAndSet(n, n + 1)) {
          newThread(new Member(this, worker)).start();
          return true;
        }
      }
      return false;
    }

    @Override
    public Thread newThread(Runnable member) {
      Thread thread = new Thread(member, "weir-handler-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public void shutdown() {
      stopped = true;
      Member member;
      while ((member = idle.pollFirst()) != null) {
        member.wake(null);
      }
    }
  }

  /** One thread of the pool: runs a worker, then waits for the next one. */
  private static final class Member implements Runnable {
    /** Stands for "ended": nobody can wake this one any more. */
    private static final Runnable ENDED = () -> {};

    private final Pool pool;
    private final AtomicReference<Runnable> next = new AtomicReference<>();
    private volatile Thread thread;
    private Runnable current;

    Member(Pool pool, Runnable first) {
      this.pool = pool;
      this.current = first;
    }

    /** Gives it a worker to run, null to let it look at whether the pool is stopped. */
    boolean wake(Runnable worker) {
      if (worker != null && !next.compareAndSet(null, worker)) {
        return false;
      }
      LockSupport.unpark(thread);
      return true;
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
      try {
        do {
          current.run();
          current = awaitNext();
        } while (current != null);
      } finally {
        pool.threads.decrementAndGet();
      }
    }

    private Runnable awaitNext() {
      pool.idle.addFirst(this);
      pool.onIdle.run(); // work may have come after this thread last looked
      long deadline = System.nanoTime() + IDLE_NANOS;
      for (; ; ) {
        Runnable given = next.getAndSet(null);
        if (given != null) {
          return given;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0 || pool.stopped) {
          return leave();
        }
        LockSupport.parkNanos(pool, left);
      }
    }

    /** Closes the slot, unless a worker was given in the last moment: that one is still run. */
    private Runnable leave() {
      pool.idle.remove(this);
      return next.compareAndSet(null, ENDED) ? null : next.getAndSet(null);
    }
  }
}
