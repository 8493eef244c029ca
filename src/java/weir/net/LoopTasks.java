package weir.net;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what belongs to a connection on its event loop. A loop that has ended takes nothing more, which
 * is no fault: whoever reads or writes a body may learn of the end of its server later than the loop.
 */
public final class LoopTasks {

  private static final Logger LOG = LoggerFactory.getLogger(LoopTasks.class);

  private LoopTasks() {}

  /**
   * Runs a task: at once if this is the loop, else in one of its next turns.
   *
   * @return false if the loop has ended, and its connections with it, so that the task never runs
   */
  public static boolean run(EventExecutor loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return true;
    }
    return later(loop, task);
  }

  /**
   * Runs a task in one of the loop's next turns.
   *
   * @return false if the loop has ended, as with {@link #run}
   */
  public static boolean later(EventExecutor loop, Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("an event loop has ended, and its connections with it", e);
      return false;
    }
  }
}
