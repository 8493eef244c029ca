package manifold.stream.core;

/** The side of a stream that messages are taken from. */
public interface IEventSource {

  /** Takes the next message, {@code dflt} at the end; bare when {@code blocking}, else deferred. */
  Object take(Object dflt, Object blocking);

  /** Takes within {@code timeout} ms; on expiry the result is {@code timeoutVal}. */
  Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal);

  /** Marks the source drained and runs its drain callbacks. */
  Object markDrained();

  /** Returns true once no message can come any more. */
  Object isDrained();

  /** Registers a no-argument function that is called once the source is drained. */
  Object onDrained(Object callback);

  /** Returns a function that connects this source to {@code sink} in its own way, or null. */
  Object connector(Object sink);
}
