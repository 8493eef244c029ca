package weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TimerHeapTest {

  private final TimerHeap heap = new TimerHeap();

  private Timer timer(double due) {
    return new Timer(heap, due, 0, () -> {});
  }

  @Test
  void timersOfOneInstantComeOutInTheOrderOfAdding() {
    List<Timer> added = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Timer timer = timer(7);
      heap.add(timer);
      added.add(timer);
    }
    for (Timer timer : added) {
      assertSame(timer, heap.pollDue(7));
    }
  }

  @Test
  void nothingComesOutBeforeItIsDue() {
    heap.add(timer(5));
    assertNull(heap.pollDue(4.999));
    assertEquals(5, heap.nextDue());
  }

  @Test
  void addSaysWhetherTheTimerIsFirst() {
    assertTrue(heap.add(timer(5)));
    assertFalse(heap.add(timer(5)));
    assertFalse(heap.add(timer(6)));
    assertTrue(heap.add(timer(4)));
  }

  @Test
  void cancelledTimerLeavesAtOnce() {
    Timer timer = timer(5);
    heap.add(timer);
    assertTrue(timer.cancel());
    assertEquals(0, heap.size());
    assertFalse(timer.cancel(), "there was nothing left to cancel");
    assertNull(timer.begin(), "the function was let go");
  }

  @Test
  void periodicTimerCancelledBetweenTwoRunsIsNotPutBack() {
    Timer timer = new Timer(heap, 1, 1, () -> {});
    heap.add(timer);
    assertSame(timer, heap.pollDue(1));
    timer.cancel();
    assertFalse(heap.rearm(timer));
    assertEquals(0, heap.size());
  }

  /** Against a sorted list, with random additions, removals and polls. */
  @RepeatedTest(20)
  void behavesLikeASortedList() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Timer> model = new ArrayList<>();
    Comparator<Timer> order =
        Comparator.<Timer>comparingDouble(t -> t.due).thenComparingLong(t -> t.order);
    for (int step = 0; step < 2000; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          Timer timer = timer(random.nextInt(50));
          heap.add(timer);
          model.add(timer);
          model.sort(order);
        }
        case 2 -> {
          if (!model.isEmpty()) {
            assertTrue(model.remove(random.nextInt(model.size())).cancel());
          }
        }
        default -> {
          double now = random.nextInt(50);
          boolean due = !model.isEmpty() && model.get(0).due <= now;
          assertSame(due ? model.remove(0) : null, heap.pollDue(now), "seed " + seed);
        }
      }
      assertEquals(model.size(), heap.size(), "seed " + seed);
    }
  }
}
