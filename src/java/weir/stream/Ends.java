package weir.stream;

import manifold.stream.core.IEventStream;

/** Closing streams together with the reason. */
final class Ends {

  private Ends() {}

  static void close(IEventStream s, Failure because) {
    if (because != null && s instanceof Failable f) {
      f.fail(because.error());
    } else {
      s.close();
    }
  }
}
