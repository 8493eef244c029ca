package manifold.deferred;

/** An eventual value that can be observed. The smallest thing every combinator accepts. */
public interface IDeferred {

  /** Returns the executor that callbacks run on, or null for the completing thread. */
  Object executor();

  /** Returns true once the deferred holds a value or an error. */
  boolean realized();

  /** Registers two one-argument functions; the one that fits the outcome is called once. */
  Object onRealized(Object onSuccess, Object onError);

  /** Returns the value if there is one, else {@code dflt}. Never blocks. */
  Object successValue(Object dflt);

  /** Returns the error if there is one, else {@code dflt}. Never blocks. */
  Object errorValue(Object dflt);
}
