package weir.executor;

import weir.options.Arguments;

/**
 * Decides how many threads an executor has. Called without any lock held, {@link #shouldIncrement}
 * by whoever submits a task, so it has to be quick, {@link #adjustment} once per control period.
 */
public interface Controller {

  /**
   * Whether to start another thread for a task that found no idle thread and no room in the queue.
   *
   * @param numWorkers how many threads there are
   * @return false to refuse the task
   */
  boolean shouldIncrement(int numWorkers);

  /**
   * How many threads to add, or to take away if negative. At least one thread always stays.
   *
   * @param stats what was measured in the control period that just ended
   */
  int adjustment(Stats stats);

  /**
   * Accepts a controller of this kind, or, where Dirigiste is on the class path, one of that
   * library's.
   *
   * @param controller either of them
   * @throws IllegalArgumentException if it is neither
   */
  static Controller of(Object controller) {
    Controller adapted = controller instanceof Controller c ? c : Dirigiste.adapt(controller);
    if (adapted == null) {
      throw Arguments.illegal(
          "controller", controller, "an implementation of weir.executor.Controller");
    }
    return adapted;
  }
}
