package weir.deferred;

import clojure.lang.IDeref;
import clojure.lang.IFn;
import java.lang.ref.Cleaner;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports errors that nobody will ever see: a deferred ended in error, was never listened to, waited
 * for or asked for its error, and is garbage. Every deferred that is born in error is watched, and a
 * sample of those that end so later. Others bear no cost. Reports come late, from the thread of a
 * {@link Cleaner}, and depend on the garbage collector.
 */
public final class DroppedErrors {

  /** One in so many pending deferreds is watched. */
  public static final int DEFAULT_RATE = 1024;

  /** How long a flush waits for the garbage collector to find an object, and how often it tries. */
  private static final long FLUSH_MILLIS = 1000;

  private static final int FLUSH_ROUNDS = 20;
  private static final int QUIET_ROUNDS = 2;

  private static final AtomicLong FOUND = new AtomicLong();

  private static volatile BooleanSupplier enabled = () -> true;
  private static volatile IntSupplier rate = () -> DEFAULT_RATE;
  private static volatile Consumer<Object> reporter = DroppedErrors::log;

  private DroppedErrors() {}

  /** Finding the logging back end takes longer than all the rest: it waits for the first message. */
  private static final class Log {
    static final Logger LOG = LoggerFactory.getLogger(DroppedErrors.class);
  }

  /** Made when the first deferred is watched. */
  private static final class Watch {
    static final Cleaner CLEANER = Cleaner.create();
  }

  /** Sets what is asked, when a deferred is made and before a report, whether to detect at all. */
  public static void enabled(BooleanSupplier supplier) {
    enabled = Objects.requireNonNull(supplier, "supplier");
  }

  /** Sets what is asked for the sampling rate; one means that every deferred is watched. */
  public static void rate(IntSupplier supplier) {
    rate = Objects.requireNonNull(supplier, "supplier");
  }

  /** Replaces the warning in the log by a function of the error. */
  public static void reporter(Consumer<Object> consumer) {
    reporter = Objects.requireNonNull(consumer, "consumer");
  }

  /**
   * Takes all settings from references, for instance Clojure variables.
   *
   * @param enabled yields a Boolean
   * @param rate yields a number
   * @param reporter called with each dropped error
   */
  public static void configure(IDeref enabled, IDeref rate, IFn reporter) {
    enabled(() -> (Boolean) enabled.deref());
    rate(() -> ((Number) rate.deref()).intValue());
    reporter(reporter::invoke);
  }

  /** Logs a warning about an error that was dropped. */
  public static void log(Object error) {
    if (error instanceof Throwable t) {
      Log.LOG.warn("unconsumed deferred in error state", t);
    } else {
      Log.LOG.warn("unconsumed deferred in error state: {}", error);
    }
  }

  /** Returns a pending deferred, which belongs to the sample with the probability of the rate. */
  public static <T> Deferred<T> create(Executor executor) {
    return isSampled() ? new Tracked<>(executor) : Deferred.create(executor);
  }

  /**
   * Collects garbage until no more dropped errors are found, so that those of the past are reported
   * now. Takes a good part of a second; for tests.
   */
  public static void flush() throws InterruptedException {
    int quiet = 0;
    for (int i = 0; i < FLUSH_ROUNDS && quiet < QUIET_ROUNDS; i++) {
      long before = FOUND.get();
      collect();
      quiet = FOUND.get() == before ? quiet + 1 : 0;
    }
  }

  static boolean isEnabled() {
    return enabled.getAsBoolean();
  }

  static Cleaner.Cleanable watch(Deferred<?> deferred, Trace trace) {
    return Watch.CLEANER.register(deferred, trace);
  }

  static void report(Object error) {
    FOUND.incrementAndGet();
    reporter.accept(error);
  }

  private static boolean isSampled() {
    int n = rate.getAsInt();
    return (n <= 1 || ThreadLocalRandom.current().nextInt(n) == 0) && isEnabled();
  }

  /** Waits until an object that was garbage before this call is cleaned. */
  private static void collect() throws InterruptedException {
    CountDownLatch cleaned = new CountDownLatch(1);
    Watch.CLEANER.register(new Object(), cleaned::countDown);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FLUSH_MILLIS);
    do {
      System.gc();
    } while (!cleaned.await(10, TimeUnit.MILLISECONDS) && System.nanoTime() < deadline);
  }
}
