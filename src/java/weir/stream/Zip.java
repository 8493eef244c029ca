package weir.stream;

import clojure.lang.LazilyPersistentVector;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import manifold.stream.core.IEventSource;
import weir.deferred.Deferred;

/**
 * One message of each of several sources, as a vector. Each source feeds a stream of its own, so it
 * is one message ahead; the end of any one ends it all at once.
 */
final class Zip {

  private final Stream<Object> out = Stream.create();
  private final Slot[] slots;
  private final AtomicInteger missing = new AtomicInteger(); // and one more while asking
  private final AtomicBoolean ended = new AtomicBoolean();
  private Object[] row; // passed from thread to thread by way of `missing`

  private Zip(int n) {
    slots = new Slot[n];
    for (int i = 0; i < n; i++) {
      slots[i] = new Slot(i);
    }
  }

  static IEventSource start(Object... sources) {
    if (sources.length == 0) {
      throw new IllegalArgumentException("zip: no sources (expected: one or more)");
    }
    Zip zip = new Zip(sources.length);
    zip.out.onClosed(() -> zip.end(null));
    for (int i = 0; i < sources.length; i++) {
      Streams.connect(sources[i], zip.slots[i].feed, Operators.described("zip"));
    }
    zip.run();
    return new SourceView(zip.out);
  }

  private final class Slot extends Taker {
    final Stream<Object> feed = Stream.create();
    private final int index;

    Slot(int index) {
      this.index = index;
    }

    @Override
    public void receive(Object m) {
      row[index] = m;
      if (missing.decrementAndGet() == 0 && emit()) {
        run();
      }
    }

    @Override
    void ended() {
      end(feed.because());
    }
  }

  private void run() {
    while (ask() && emit()) {
      // as long as everything is there at once
    }
  }

  /** Takes one message of each; true when all are there. */
  private boolean ask() {
    row = new Object[slots.length];
    missing.set(slots.length + 1);
    for (Slot slot : slots) {
      Object m = slot.feed.receive(slot);
      if (m == Stream.END) {
        slot.ended();
        return false;
      }
      if (m != Stream.NONE) {
        row[slot.index] = m;
        missing.decrementAndGet();
      }
    }
    return missing.decrementAndGet() == 0;
  }

  /** True if the row was accepted at once; else the answer goes on. */
  private boolean emit() {
    Deferred<Boolean> answer = out.put(LazilyPersistentVector.createOwning(row));
    if (answer == Deferred.TRUE) {
      return true;
    }
    Outcome.of(answer, new Answer());
    return false;
  }

  private final class Answer extends Outcome {
    @Override
    protected void onSuccess(Object accepted) {
      if (Args.isTrue(accepted)) {
        run();
      } else {
        end(null);
      }
    }

    @Override
    protected void onError(Object error) {
      end(new Failure(error));
    }
  }

  private void end(Failure because) {
    if (ended.compareAndSet(false, true)) {
      Ends.close(out, because);
      for (Slot slot : slots) {
        slot.feed.close();
      }
    }
  }
}
