package weir.bench.jmh;

import clojure.lang.AFunction;
import clojure.lang.IFn;
import clojure.lang.RT;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import manifold.stream.core.IEventSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import weir.deferred.Deferred;
import weir.stream.Stream;
import weir.stream.Streams;

/** Stream beside core.async's channels and Java's queue; all figures are for one message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamBench {

  private static final int MANY = 100_000;

  private final Object message = new Object();

  private final Stream<Object> unbuffered = Stream.create();
  private final Stream<Object> buffered = Stream.buffered(1024);
  private final ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(1024);

  private final Object unbufferedChannel = Channels.channel(0);
  private final Object bufferedChannel = Channels.channel(1024);
  private final Last taken = new Last();

  /** A put that waits for the take behind it. */
  @Benchmark
  public Object unbuffered_stream() {
    unbuffered.put(message);
    return unbuffered.take().deref();
  }

  /** The same with {@code put!} and {@code take!}. */
  @Benchmark
  public Object unbuffered_channel() {
    Channels.PUT.invoke(unbufferedChannel, message);
    Channels.TAKE.invoke(unbufferedChannel, taken);
    return taken.value;
  }

  /** Into the buffer and out of it. */
  @Benchmark
  public Object buffered_stream() {
    buffered.put(message);
    return buffered.take().deref();
  }

  /** The same with {@code put!} and {@code take!}. */
  @Benchmark
  public Object buffered_channel() {
    Channels.PUT.invoke(bufferedChannel, message);
    Channels.TAKE.invoke(bufferedChannel, taken);
    return taken.value;
  }

  /** The same. */
  @Benchmark
  public Object buffered_queue() throws InterruptedException {
    queue.put(message);
    return queue.take();
  }

  /** The sum of what is even of what is incremented. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public Object mapFilterReduce_stream() {
    IEventSource mapped = Streams.map(numbers(), x -> (Long) x + 1);
    IEventSource filtered = Streams.filter(mapped, x -> ((Long) x & 1) == 0);
    return Streams.reduce(filtered, 0L, (sum, x) -> (Long) sum + (Long) x).deref();
  }

  /** The same with {@code to-chan!} and a transducing reduce. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public Object mapFilterReduce_channel() {
    return Channels.fn("transduced").invoke(MANY);
  }

  /** Put into one stream, connected to another, which is consumed. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public Object connect_stream() {
    Stream<Object> a = Stream.create();
    Stream<Object> b = Stream.create();
    long[] count = new long[1];
    Deferred<Boolean> done = Streams.consume(b, x -> count[0]++);
    Streams.connect(a, b);
    for (int i = 0; i < MANY; i++) {
      Deferred<Boolean> accepted = a.put(message);
      if (!accepted.realized()) {
        accepted.deref();
      }
    }
    a.close();
    done.deref();
    return count[0];
  }

  /** The same with {@code pipe}. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public Object connect_channel() {
    return Channels.fn("piped").invoke(MANY);
  }

  /** From thread to thread. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public Object connect_queue() throws InterruptedException {
    Thread consumer =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < MANY; i++) {
                  queue.take();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    consumer.start();
    for (int i = 0; i < MANY; i++) {
      queue.put(message);
    }
    consumer.join();
    return queue;
  }

  private static Object numbers() {
    return IntStream.range(0, MANY).mapToObj(Long::valueOf).iterator();
  }

  /** Remembers what was taken. */
  private static final class Last extends AFunction {
    private Object value;

    @Override
    public Object invoke(Object x) {
      value = x;
      return null;
    }
  }

  /** core.async's functions; the namespace is loaded when they are first used. */
  private static final class Channels {
    static final IFn PUT;
    static final IFn TAKE;
    private static final IFn CHAN;

    static {
      RT.var("clojure.core", "require").invoke(clojure.lang.Symbol.intern("weir.bench.channels"));
      PUT = RT.var("clojure.core.async", "put!");
      TAKE = RT.var("clojure.core.async", "take!");
      CHAN = RT.var("clojure.core.async", "chan");
    }

    static IFn fn(String name) {
      return RT.var("weir.bench.channels", name);
    }

    static Object channel(int size) {
      return size == 0 ? CHAN.invoke() : CHAN.invoke(size);
    }
  }
}
