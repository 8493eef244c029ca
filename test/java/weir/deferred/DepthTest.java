package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** T1, 16.6: no number of linked deferreds overflows the stack, in whatever way they are linked. */
class DepthTest {

  private static final int DEPTH = 1_000_000;

  private static final Deferred<Object> pending() {
    return Deferred.create(null);
  }

  private static Object await(Deferred<?> d) throws Exception {
    return d.await(60, TimeUnit.SECONDS);
  }

  @Test
  void chainsOfChainResultsComplete() throws Exception {
    Deferred<Object> root = pending();
    Deferred<Object> last = root;
    for (int i = 0; i < DEPTH; i++) {
      last = Deferreds.chain(last, Fns.inc());
    }
    root.success(0);
    assertEquals(DEPTH, await(last));
  }

  @Test
  void rawChainsThatPassAnErrorOnComplete() throws Exception {
    Deferred<Object> root = pending();
    Deferred<Object> last = root;
    for (int i = 0; i < DEPTH; i++) {
      last = Deferreds.chainRaw(last, Fns.inc());
    }
    root.error("boom");
    assertEquals("boom", last.errorValue(null));
  }

  @Test
  void stagesThatReturnPendingDeferredsComplete() throws Exception {
    Deferred<Object> root = pending();
    Deferred<Object> last = root;
    for (int i = 0; i < DEPTH; i++) {
      Deferred<Object> inner = last;
      Deferred<Object> trigger = pending();
      last = Deferreds.chain(trigger, Fns.fn(x -> inner));
      trigger.success(null);
    }
    root.success("end");
    assertEquals("end", await(last));
  }

  @Test
  void nestedSuccessValuesAreFlattened() throws Exception {
    Object nested = "end";
    for (int i = 0; i < DEPTH; i++) {
      Deferred<Object> d = pending();
      d.success(nested);
      nested = d;
    }
    assertEquals("end", await(Deferreds.chain(nested)));
    assertEquals("end", Deferreds.unwrap(nested));
  }

  @Test
  void callbacksThatRealizeTheNextOneComplete() throws Exception {
    Deferred<Object> root = pending();
    Deferred<Object> last = root;
    for (int i = 0; i < DEPTH; i++) {
      Deferred<Object> next = pending();
      last.onRealized(Fns.fn(next::success), Fns.fn(next::error));
      last = next;
    }
    root.success("end");
    assertEquals("end", await(last));
  }

  @Test
  void connectedDeferredsComplete() throws Exception {
    Deferred<Object> root = pending();
    Deferred<Object> last = root;
    for (int i = 0; i < DEPTH; i++) {
      Deferred<Object> next = pending();
      assertTrue(Deferreds.connect(last, next));
      last = next;
    }
    root.success("end");
    assertEquals("end", await(last));
  }

  @Test
  void stagesOfCompletionStageComplete() throws Exception {
    Deferred<Integer> root = Deferred.create(null);
    Deferred<Integer> last = root;
    for (int i = 0; i < DEPTH; i++) {
      last = last.thenApply(x -> x + 1);
    }
    root.success(0);
    assertEquals(DEPTH, await(last));
  }

  @Test
  void zipsAndAltsOfEachOtherComplete() throws Exception {
    Deferred<Object> root = pending();
    Deferred<Object> last = root;
    for (int i = 0; i < DEPTH / 10; i++) {
      last = Deferreds.alt(Deferreds.recover(last, null, Fns.inc()), pending());
    }
    root.success("end");
    assertEquals("end", await(last));
  }

  @Test
  void stagesOfOneChainRunInOneFrame() throws Exception {
    Object[] stages = new Object[DEPTH];
    java.util.Arrays.fill(stages, Fns.inc());
    assertEquals(DEPTH, await(Deferreds.chainInto(null, 0, stages)));
  }

  @Test
  void aLoopRunsTenMillionRounds() throws Exception {
    int rounds = 10_000_000;
    Object end =
        await(
            Deferreds.loop(Fns.fn(n -> (Integer) n == rounds ? n : Recur.of((Integer) n + 1)), 0));
    assertEquals(rounds, end);
  }

  @Test
  void aLoopThroughRealizedDeferredsIsFlat() throws Exception {
    int rounds = 1_000_000;
    Object end =
        await(
            Deferreds.loop(
                Fns.fn(n -> (Integer) n == rounds ? n : Deferred.of(Recur.of((Integer) n + 1))),
                0));
    assertEquals(rounds, end);
  }
}
