package weir.stream;

import manifold.stream.core.IEventSource;

/** A stream that only stands for others. */
interface Sided {

  /** What messages are really taken from, which is what a pump has to be connected to. */
  IEventSource source();

  /** What knows whether the stream is closed, if it is a sink. */
  Object closingSide();

  /** What {@code s} takes from, behind all views. */
  static IEventSource behind(IEventSource s) {
    IEventSource source = s;
    while (source instanceof Sided v) {
      source = v.source();
    }
    return source;
  }
}
