package manifold.stream.core;

/** What sources and sinks have in common. */
public interface IEventStream {

  /** Returns a map that describes the stream's kind and state. */
  Object description();

  /** Returns true when puts or takes may block a thread, as with a blocking queue. */
  Object isSynchronous();

  /** Returns a seq of {@code [description sink]} pairs, or null when nothing is connected. */
  Object downstream();

  /** Returns the stream's one WeakReference, made with {@code refQueue} if that is not null. */
  Object weakHandle(Object refQueue);

  /** Closes the stream; idempotent. */
  Object close();
}
