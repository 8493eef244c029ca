package weir.stream;

import clojure.lang.AFn;
import clojure.lang.Cons;
import clojure.lang.LazySeq;
import manifold.stream.core.IEventSource;

/** Makes a lazy sequence of what it takes from a source. */
final class MessageSeq extends AFn {

  private static final Object NONE = new Object();

  private final IEventSource source;
  private final Number timeout;

  MessageSeq(IEventSource source, Number timeout) {
    this.source = source;
    this.timeout = timeout;
  }

  /** Waits for a message; returns it with what comes behind it, or null when there is none. */
  @Override
  public Object invoke() {
    Object message = source.take(NONE, Boolean.TRUE, timeout, NONE);
    return message == NONE ? null : new Cons(message, new LazySeq(this));
  }
}
