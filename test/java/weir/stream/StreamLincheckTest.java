package weir.stream;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;

/** Puts, takes, withdrawals and closing are linearizable: each is as if it happened at one instant. */
@Tag("lincheck")
class StreamLincheckTest {

  /** The operations; each yields what is known when it returns. */
  public abstract static class Model {
    private final Stream<Integer> stream;

    Model(long capacity) {
      stream = Stream.buffered(capacity);
    }

    @Operation
    public String put(@Param(gen = IntGen.class) int x) {
      return String.valueOf(stream.put(x).successValue("pending"));
    }

    @Operation
    public String putNow(@Param(gen = IntGen.class) int x) {
      return String.valueOf(((Deferred<?>) stream.put(x, false, 0, "full")).deref());
    }

    @Operation
    public String takeNow() {
      return String.valueOf(((Deferred<?>) stream.take("drained", false, 0, "empty")).deref());
    }

    @Operation
    public void close() {
      stream.close();
    }

    @Operation
    public boolean isDrained() {
      return stream.isDrained();
    }
  }

  /** Without a buffer, where puts wait for takes. */
  public static class Unbuffered extends Model {
    /** Made by reflection for each run. */
    public Unbuffered() {
      super(0);
    }
  }

  /** With room for one, where waiting puts move into the buffer. */
  public static class Buffered extends Model {
    /** Made by reflection for each run. */
    public Buffered() {
      super(1);
    }
  }

  @Test
  void unbufferedStreamIsLinearizable() {
    check(Unbuffered.class);
  }

  @Test
  void bufferedStreamIsLinearizable() {
    check(Buffered.class);
  }

  private static void check(Class<?> model) {
    new StressOptions()
        .iterations(15)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(3)
        .check(model);
  }
}
