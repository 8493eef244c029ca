package weir.stream;

import manifold.bus.IEventBus;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import weir.options.Arguments;

/** Checks of what Clojure functions are given in place of streams and busses. */
public final class Expect {

  private Expect() {}

  /** Returns a sink, as it is. */
  public static IEventSink sink(Object x) {
    if (x instanceof IEventSink s) {
      return s;
    }
    throw Arguments.illegal(
        "sink", x, "a sink; `->sink` makes one of a queue, channel, deferred or subscriber");
  }

  /** Returns a source, as it is: converting it again each time would start from its beginning. */
  public static IEventSource source(Object x) {
    if (x instanceof IEventSource s) {
      return s;
    }
    throw Arguments.illegal(
        "source",
        x,
        "a source; `->source`, called once, makes one of a seq, queue, channel, iterator, deferred or"
            + " publisher");
  }

  /** Returns a source or sink. */
  public static IEventStream stream(Object x) {
    if (x instanceof IEventStream s) {
      return s;
    }
    throw Arguments.illegal("stream", x, "a source or sink; see `->source` and `->sink`");
  }

  /** Returns a function without arguments. */
  public static Runnable callback(Object x) {
    return Arguments.runnable("callback", x);
  }

  /** Returns a number of messages, less than zero counting as zero. */
  public static long bufferSize(Object x) {
    if (x == null) {
      // The type that programs have come to know.
      throw new NullPointerException(
          Arguments.message("buffer-size", null, "how many messages may wait, 0 for none"));
    }
    return Arguments.whole("buffer-size", x);
  }

  /** Returns a bus. */
  public static IEventBus bus(Object x) {
    return Arguments.instance(IEventBus.class, "bus", x, "what `event-bus` makes");
  }
}
