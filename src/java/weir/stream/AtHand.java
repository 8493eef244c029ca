package weir.stream;

import clojure.lang.APersistentMap;
import clojure.lang.APersistentVector;
import clojure.lang.EnumerationSeq;
import clojure.lang.IPending;
import clojure.lang.IPersistentCollection;
import clojure.lang.ISeq;
import clojure.lang.IteratorSeq;
import clojure.lang.LazySeq;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which elements can be had without running code of somebody else: {@code take!} must not. Goes by
 * a list of classes that are known to hold their elements, so in doubt the answer is no.
 */
final class AtHand {

  /** Seqs of Clojure's own that ask something else for each element, lazily. */
  private static final Set<Class<?>> ASKING =
      Set.of(
          EnumerationSeq.class,
          IteratorSeq.class,
          APersistentMap.KeySeq.class,
          APersistentMap.ValSeq.class);

  private static final Set<Class<?>> LISTS =
      Set.of(
          ArrayList.class,
          Vector.class,
          CopyOnWriteArrayList.class,
          List.of().getClass(),
          List.of(1).getClass(),
          java.util.Arrays.asList().getClass());

  /** Answers for the classes of seqs, which share a package with those of Clojure's compiler. */
  private static final ClassValue<Boolean> OF_CLOJURE =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return type.getPackageName().equals("clojure.lang") && !ASKING.contains(type);
        }
      };

  private AtHand() {}

  /** Whether a collection holds all its elements. A seq, which may end lazily, does not count. */
  static boolean holds(Object collection) {
    if (collection instanceof APersistentVector || LISTS.contains(collection.getClass())) {
      return true;
    }
    return collection instanceof IPersistentCollection
        && !(collection instanceof ISeq)
        && !(collection instanceof IPending)
        && OF_CLOJURE.get(collection.getClass());
  }

  /** Whether the first element of what is left of a seq is there, and the next step is known. */
  static boolean isNext(Object rest) {
    if (rest instanceof IPending p && !p.isRealized()) {
      return false;
    }
    Object seq = rest instanceof LazySeq realized ? realized.seq() : rest;
    return seq == null || OF_CLOJURE.get(seq.getClass());
  }
}
