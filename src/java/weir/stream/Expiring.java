package weir.stream;

import weir.deferred.Deferred;

/** The common end of all takes: a time limit, then the deferred or, when blocking, its value. */
final class Expiring {

  private Expiring() {}

  static Object result(Deferred<?> d, boolean blocking, Object timeout, Object timeoutVal) {
    Expiry.limit(d, timeout, timeoutVal);
    return blocking ? Blocking.take(d) : d;
  }
}
