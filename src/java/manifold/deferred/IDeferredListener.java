package manifold.deferred;

/** A pair of callbacks, one of which is called once with a deferred's outcome. */
public interface IDeferredListener {

  /** Called with the value; the return value is ignored. */
  Object onSuccess(Object x);

  /** Called with the error, which may be any object; the return value is ignored. */
  Object onError(Object err);
}
