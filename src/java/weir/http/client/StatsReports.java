package weir.http.client;

import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.executor.Pools;
import weir.executor.Stats;
import weir.time.SystemClock;

/**
 * Tells callbacks, once per period, how busy each origin of a pool was: the pool's own callback, else
 * those that are registered for all pools. While nobody asks, an origin measures nothing.
 */
public final class StatsReports {

  private static final Logger LOG = LoggerFactory.getLogger(StatsReports.class);
  private static final int SAMPLES = 10;

  /** Called for every pool that has no callback of its own. */
  private static final CopyOnWriteArrayList<Consumer<Map<String, Stats>>> REGISTERED =
      new CopyOnWriteArrayList<>();

  private final WeakReference<ConnectionPool> pool;
  private final Consumer<Map<String, Stats>> own;
  private final double periodMillis;
  private int ticks;

  private StatsReports(ConnectionPool pool, ClientConfig config) {
    this.pool = new WeakReference<>(pool);
    this.own = config.onStats();
    this.periodMillis = Math.max(1, config.statsPeriod().toMillis() / (double) SAMPLES);
  }

  /** Has {@code callback} called for every pool that has none of its own. Idempotent. */
  public static void register(Consumer<Map<String, Stats>> callback) {
    REGISTERED.addIfAbsent(callback);
  }

  /** Undoes {@link #register}. */
  public static void unregister(Consumer<Map<String, Stats>> callback) {
    REGISTERED.remove(callback);
  }

  /** Begins to look at a pool, until that is closed or forgotten. */
  static void begin(ConnectionPool pool) {
    new StatsReports(pool, pool.config()).later();
  }

  private void later() {
    SystemClock.instance().in(periodMillis, this::tick);
  }

  private void tick() {
    ConnectionPool alive = pool.get();
    if (alive == null || alive.isClosed()) {
      return;
    }
    later();
    List<Consumer<Map<String, Stats>>> callbacks = own == null ? REGISTERED : List.of(own);
    if (callbacks.isEmpty()) {
      return;
    }
    boolean report = ++ticks % SAMPLES == 0;
    Collection<OriginPool> origins = List.copyOf(alive.origins());
    if (report) {
      new Report(origins.size(), callbacks).askAll(origins);
    } else {
      origins.forEach(OriginPool::sample);
    }
  }

  /** One report in the making: each origin answers when it can. */
  private static final class Report {
    private final Map<String, Stats> stats = new ConcurrentHashMap<>();
    private final AtomicInteger missing;
    private final List<Consumer<Map<String, Stats>>> callbacks;

    Report(int origins, List<Consumer<Map<String, Stats>>> callbacks) {
      this.missing = new AtomicInteger(origins + 1);
      this.callbacks = callbacks;
    }

    void askAll(Collection<OriginPool> origins) {
      for (OriginPool each : origins) {
        each.report(
            s -> {
              stats.put(each.origin().toString(), s);
              answered();
            });
      }
      answered(); // all have been asked
    }

    private void answered() {
      if (missing.decrementAndGet() == 0) {
        Pools.waitPool().execute(() -> callbacks.forEach(this::call));
      }
    }

    private void call(Consumer<Map<String, Stats>> callback) {
      try {
        callback.accept(Map.copyOf(stats));
      } catch (RuntimeException e) {
        LOG.error("a callback for the statistics of connections has failed", e);
      }
    }
  }
}
