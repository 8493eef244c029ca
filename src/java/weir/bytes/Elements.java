package weir.bytes;

import clojure.lang.RT;
import clojure.lang.SeqIterator;
import java.util.Iterator;

/** Sequences element by element. None is computed before it is asked for, none is held after. */
final class Elements {

  private Elements() {}

  /** Returns the elements of anything that Clojure takes for a sequence; of null there are none. */
  static Iterator<?> of(Object x) {
    // RT loads clojure.core, which a list made in Java does not need.
    return x instanceof Iterable<?> i ? i.iterator() : new SeqIterator(RT.seq(x));
  }
}
