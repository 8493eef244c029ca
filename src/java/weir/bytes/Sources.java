package weir.bytes;

import manifold.stream.core.IEventStream;
import weir.stream.Failable;
import weir.stream.SourceView;
import weir.stream.Stream;

/** How asynchronous sources end. */
final class Sources {

  private static final Object NO_FAILURE = new Object();

  private Sources() {}

  /** Returns why a source that seems to have ended really did, null for a proper end. */
  static Throwable failure(Object source) {
    Object error = source instanceof Failable f ? f.failure(NO_FAILURE) : NO_FAILURE;
    return error == NO_FAILURE ? null : asThrowable(error);
  }

  /** Returns {@code error} if it can be thrown, else an exception that tells it. */
  static Throwable asThrowable(Object error) {
    return error instanceof Throwable t
        ? t
        : new IllegalStateException("the source failed: " + error);
  }

  /**
   * Closes a source that nobody will read any more. Puts that wait in one of our own streams are
   * answered with false, as nothing takes them; a permanent stream stays as it is.
   */
  static void close(Object closing) {
    Object source = closing;
    while (source instanceof SourceView v) {
      source = v.source();
    }
    if (source instanceof Stream<?> s && !s.isPermanent()) {
      s.discard();
    } else if (source instanceof IEventStream s) {
      s.close();
    }
  }
}
