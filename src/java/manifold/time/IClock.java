package manifold.time;

/**
 * A scheduler that can be replaced, for instance by one that a test moves by hand. Any
 * implementation may be bound to {@code manifold.time/*clock*}.
 *
 * <p>Both methods return a {@code clojure.lang.IFn} without arguments which cancels what was
 * scheduled. They are called from any thread.
 */
public interface IClock {

  /**
   * Runs a function once.
   *
   * @param intervalMs how long to wait, in milliseconds; zero or less means as soon as possible
   * @param f what to run
   * @return a function without arguments that cancels the run
   */
  Object in(double intervalMs, Runnable f);

  /**
   * Runs a function again and again, at a fixed rate.
   *
   * @param delayMs how long to wait for the first run, in milliseconds
   * @param periodMs the time between the starts of two runs, in milliseconds
   * @param f what to run
   * @return a function without arguments that ends the repetition
   */
  Object every(double delayMs, double periodMs, Runnable f);
}
