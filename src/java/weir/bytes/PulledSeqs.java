package weir.bytes;

import clojure.lang.IFn;
import clojure.lang.ISeq;

/** Sequences that close what they are read from. */
public final class PulledSeqs {

  private PulledSeqs() {}

  /**
   * Returns a sequence of the elements of {@code s} that is also {@link java.io.Closeable}, or null
   * if there is none.
   *
   * @param atEnd also close at the end
   * @param close called without arguments, once
   */
  public static ISeq closing(Object s, boolean atEnd, IFn close) {
    return PulledSeq.closing(s, atEnd, close::invoke);
  }
}
