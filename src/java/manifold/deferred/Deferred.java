package manifold.deferred;

import clojure.lang.AFn;
import clojure.lang.IBlockingDeref;
import clojure.lang.IDeref;
import clojure.lang.IPending;
import clojure.lang.IReference;

/**
 * The class that programs name when they mean "a plain deferred", as in {@code extend-protocol}.
 * Holds no logic: {@link weir.deferred.Deferred} is its one implementation.
 */
public abstract class Deferred extends AFn
    implements IDeferred, IMutableDeferred, IDeref, IBlockingDeref, IPending, IReference {

  /** For {@link weir.deferred.Deferred} only. */
  protected Deferred() {}
}
