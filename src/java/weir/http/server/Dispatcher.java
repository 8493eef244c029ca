package weir.http.server;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Decides which thread calls the handler. Called on the event loop. */
interface Dispatcher {

  void dispatch(Exchange exchange);

  /** Ends threads that belong to it. */
  default void shutdown() {}

  /** The event loop itself: for handlers that never block. */
  Dispatcher INLINE = exchange -> exchange.run(null);

  /** Everything that a loop reads in one iteration goes to the workers at once. */
  static Dispatcher handoff(Handoff handoff) {
    return new Dispatcher() {
      @Override
      public void dispatch(Exchange exchange) {
        exchange.loop().handOver(exchange);
      }

      @Override
      public void shutdown() {
        handoff.shutdown();
      }
    };
  }

  /** The user's executor; what it rejects is answered by the application on the event loop. */
  static Dispatcher executor(Executor executor) {
    return exchange -> {
      try {
        executor.execute(() -> exchange.run(null));
      } catch (RejectedExecutionException e) {
        exchange.connection().reject(exchange);
      }
    };
  }
}
