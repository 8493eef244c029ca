package weir.stream;

import clojure.lang.Counted;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import clojure.lang.Keyword;
import clojure.lang.RT;
import clojure.lang.Seqable;
import java.io.Closeable;

/**
 * The elements of a seq. Taking runs nobody's code but Clojure's: what is not realized yet, or may
 * find its elements by code of somebody else, is read on the wait pool.
 */
final class SeqSource extends PullSource {

  private static final Keyword COUNT = Keyword.intern("count");

  private final boolean inMemory; // all of it, from the beginning
  private volatile Object rest; // Seqable or null; written by the one who pulls

  SeqSource(Seqable seqable) {
    inMemory = AtHand.holds(seqable);
    rest = seqable;
  }

  @Override
  Object tryPull() {
    return isPending() ? Stream.NONE : pull();
  }

  @Override
  Object pull() {
    ISeq s = RT.seq(rest);
    if (s == null) {
      return Stream.END;
    }
    Object x = s.first();
    rest = s.more();
    return x;
  }

  private boolean isPending() {
    return !inMemory && !AtHand.isNext(rest);
  }

  @Override
  boolean tellsErrors() {
    return false;
  }

  @Override
  void release() throws Exception {
    if (rest instanceof Closeable c) {
      c.close();
    }
  }

  @Override
  public Object isSynchronous() {
    return isPending();
  }

  @Override
  public Object description() {
    Object r = rest;
    IPersistentMap map = Describe.map("seq", "drained?", isDrained());
    return r instanceof Counted c ? map.assoc(COUNT, c.count()) : map;
  }
}
