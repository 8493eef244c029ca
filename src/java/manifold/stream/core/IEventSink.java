package manifold.stream.core;

/** The side of a stream that messages are put into. */
public interface IEventSink {

  /** Offers {@code x}; a Boolean when {@code blocking}, else a deferred of one. */
  Object put(Object x, Object blocking);

  /** Offers {@code x} for at most {@code timeout} ms; on expiry the result is {@code timeoutVal}. */
  Object put(Object x, Object blocking, Object timeout, Object timeoutVal);

  /** Marks the sink closed and runs its close callbacks. */
  Object markClosed();

  /** Returns true once the sink refuses messages. */
  Object isClosed();

  /** Registers a no-argument function that is called once the sink is closed. */
  Object onClosed(Object callback);
}
