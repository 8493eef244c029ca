package weir.stream;

import weir.deferred.Propagation;

/**
 * Something that waits for one message of a stream, and its place in the queue. After it was called
 * it may be registered again: a pump waits for each of its messages with the same object.
 */
abstract class Taker implements Propagation.Receiver {

  // Guarded by the stream's section.
  Taker prev;
  Taker next;
  boolean queued;

  /** Inside the section: reserves the right to hand {@code message} over. False: it withdrew. */
  boolean commit(Object message) {
    return true;
  }

  /** Inside the section: the stream was closed. */
  void commitEnd() {}

  /** Outside of the section, after {@link #commitEnd}, once. */
  abstract void ended();

  /** Asked outside of the section when a put was answered: true if this will release it itself. */
  boolean owes(PendingPut answered) {
    return false;
  }

  /** True if this may run on any thread, as it will go to the stream's executor by itself. */
  boolean runsInline() {
    return false;
  }
}
