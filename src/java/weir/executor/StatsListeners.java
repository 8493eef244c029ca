package weir.executor;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who wants to see the statistics of a pool. One listener that fails does not keep others from it.
 */
public final class StatsListeners implements Consumer<Stats> {

  private static final Logger LOG = LoggerFactory.getLogger(StatsListeners.class);

  private final CopyOnWriteArrayList<Consumer<? super Stats>> listeners =
      new CopyOnWriteArrayList<>();

  StatsListeners() {}

  /**
   * Adds a listener; one that is there already stays there once.
   *
   * @param listener is called at the end of each control period, on a thread of its own
   */
  public void add(Consumer<? super Stats> listener) {
    listeners.addIfAbsent(listener);
  }

  /** Removes a listener. */
  public void remove(Consumer<? super Stats> listener) {
    listeners.remove(listener);
  }

  @Override
  public void accept(Stats stats) {
    for (Consumer<? super Stats> listener : listeners) {
      try {
        listener.accept(stats);
      } catch (Throwable e) {
        LOG.error("a listener for executor statistics failed", e);
      }
    }
  }
}
