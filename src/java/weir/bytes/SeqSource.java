package weir.bytes;

import clojure.lang.Counted;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.Executor;
import weir.deferred.Deferred;
import weir.executor.Pools;

/**
 * A source of the elements of a sequence. Elements that are yet to be computed are computed on the
 * wait pool, one take after the other, as that may block; those of a counted collection at once.
 */
final class SeqSource extends BasicSource {

  private record Take(Deferred<Object> result, Object dflt) {}

  private final Object seq;
  private final Mapping mapping;
  private final Executor executor; // null for the taker's thread
  private final ArrayDeque<Take> takes = new ArrayDeque<>(); // guarded by this
  private boolean serving; // guarded by this: somebody owns the fields below
  private Iterator<?> rest; // null until the first take
  private boolean ended;
  private volatile boolean closed;

  SeqSource(Object seq) {
    this(seq, x -> x);
  }

  /** Emits each element of {@code seq} mapped by {@code mapping}. */
  SeqSource(Object seq, Mapping mapping) {
    this.seq = seq;
    this.mapping = mapping;
    this.executor = seq instanceof Counted ? null : Pools.waitPool();
  }

  @Override
  Deferred<Object> takeAsync(Object dflt) {
    Deferred<Object> result = Deferred.create();
    synchronized (this) {
      takes.add(new Take(result, dflt));
      if (serving) {
        return result;
      }
      serving = true;
    }
    if (executor == null) {
      serve();
    } else {
      executor.execute(this::serve);
    }
    return result;
  }

  private void serve() {
    for (Take t; (t = nextTake()) != null; ) {
      if (!t.result.realized()) {
        serve(t);
      }
    }
  }

  private synchronized Take nextTake() {
    Take t = takes.poll();
    serving = t != null;
    return t;
  }

  private void serve(Take take) {
    Object x;
    try {
      x = next();
    } catch (Throwable t) {
      close();
      take.result.error(t);
      return;
    }
    if (x == PulledSeq.END) {
      close();
      take.result.success(take.dflt);
    } else if (!take.result.success(x)) {
      giveBack(x);
    }
  }

  private Object next() throws Exception {
    if (hasGivenBack()) {
      return takeGivenBack();
    }
    if (closed) {
      return PulledSeq.END;
    }
    if (rest == null) {
      rest = Elements.of(seq);
    }
    if (rest.hasNext()) {
      return mapping.apply(rest.next());
    }
    Object last = ended ? null : mapping.atEnd();
    ended = true;
    return last == null ? PulledSeq.END : last;
  }

  @Override
  boolean isOver() {
    return closed && !hasGivenBack();
  }

  @Override
  void closeOnce() throws Exception {
    closed = true;
    Closing.closeIfOpen(seq);
  }

  @Override
  String kind() {
    return "seq";
  }
}
