package manifold.deferred;

/** The writing side of a deferred: whoever realizes it first wins. */
public interface IMutableDeferred {

  /** Realizes with {@code x}; returns a Boolean, false when it was realized or claimed before. */
  Object success(Object x);

  /** Realizes a claimed deferred with {@code x}; the token comes from {@link #claim()}. */
  Object success(Object x, Object token);

  /** Puts into error; returns a Boolean, false when it was realized or claimed before. */
  Object error(Object x);

  /** Puts a claimed deferred into error; the token comes from {@link #claim()}. */
  Object error(Object x, Object token);

  /** Reserves the right to realize; returns a token, or a falsy value when it is too late. */
  Object claim();

  /** Registers an {@link IDeferredListener}; returns true. */
  Object addListener(Object listener);

  /** Removes one registration; returns whether it was removed before the outcome was decided. */
  Object cancelListener(Object listener);
}
