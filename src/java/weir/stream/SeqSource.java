package weir.stream;

import clojure.lang.Counted;
import clojure.lang.IPending;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import clojure.lang.Keyword;
import clojure.lang.RT;
import clojure.lang.Seqable;
import java.io.Closeable;

/** The elements of a seq. What is not realized yet is realized on the wait pool. */
final class SeqSource extends PullSource {

  private static final Keyword COUNT = Keyword.intern("count");

  private volatile Object rest; // Seqable or null; written by the one who pulls

  SeqSource(Seqable seqable) {
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
    return rest instanceof IPending p && !p.isRealized();
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
