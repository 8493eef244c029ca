package weir.http.server;

import java.util.concurrent.Executor;

/** Decides which thread calls a handler. Called on the event loop. */
interface Dispatcher {

  /**
   * Runs a job of a connection of {@code loop}.
   *
   * @throws java.util.concurrent.RejectedExecutionException if there is no room
   */
  void run(ServerLoop loop, Handoff.Job job);

  /** Ends threads that belong to it. */
  default void shutdown() {}

  /** The event loop itself: for handlers that never block. */
  Dispatcher INLINE = (loop, job) -> job.run(null);

  /** Everything that a loop reads in one iteration goes to the workers at once. */
  static Dispatcher handoff(Handoff handoff) {
    return new Dispatcher() {
      @Override
      public void run(ServerLoop loop, Handoff.Job job) {
        loop.handOver(job);
      }

      @Override
      public void shutdown() {
        handoff.shutdown();
      }
    };
  }

  /** The user's executor. */
  static Dispatcher executor(Executor executor) {
    return (loop, job) -> executor.execute(() -> job.run(null));
  }
}
