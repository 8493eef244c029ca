package weir.stream;

import manifold.deferred.IDeferred;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;

/** What callbacks answer: a value, or something that will become one. */
final class Answers {

  private Answers() {}

  /** A value as it is; anything that can become a deferred as a deferred. */
  static Object of(Object answer) {
    if (answer == null || answer instanceof Boolean || answer instanceof IDeferred) {
      return answer;
    }
    IDeferred d = Coercion.toDeferred(answer);
    return d == null ? answer : d;
  }

  /** The same answer, or {@code timeoutVal} if it does not come in time. */
  static Object limit(Object answer, Object timeout, Object timeoutVal) {
    if (timeout == null || !(answer instanceof IDeferred d) || d.realized()) {
      return answer;
    }
    Deferred<Object> limited = Deferred.create();
    Deferreds.connect(d, limited);
    return Expiry.limit(limited, timeout, timeoutVal);
  }
}
