package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rule 1 of {@link Handoff}: each item is taken by exactly one worker, the oldest first. */
@Tag("lincheck")
class WorkQueueTest {

  /** The operations whose interleavings are checked against a sequential queue. */
  public static class Model {
    private final WorkQueue<Integer> queue = new WorkQueue<>();

    @Operation
    public void addOne(@Param(gen = IntGen.class) int x) {
      queue.add(new Object[] {x}, 1);
    }

    @Operation
    public void addThree(@Param(gen = IntGen.class) int x) {
      queue.add(new Object[] {x, x + 1, x + 2, null}, 3);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }
  }

  @Test
  void isLinearizableUnderStress() {
    new StressOptions()
        .iterations(8)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(3)
        .check(Model.class);
  }

  @Test
  void itemsComeInTheOrderInWhichTheyWereAdded() {
    WorkQueue<Integer> queue = new WorkQueue<>();
    assertTrue(queue.isEmpty());
    queue.add(new Object[] {1, 2, null}, 2);
    queue.add(new Object[] {3}, 1);
    for (int i = 1; i <= 3; i++) {
      assertEquals(i, queue.poll());
    }
    assertNull(queue.poll());
    assertTrue(queue.isEmpty());
  }
}
