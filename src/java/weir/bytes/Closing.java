package weir.bytes;

import clojure.lang.IPersistentVector;
import clojure.lang.Sequential;
import java.io.Closeable;
import java.nio.Buffer;
import java.util.Collection;
import manifold.stream.core.IEventStream;

/** What can be closed, how, and what needs nothing open beneath it. */
final class Closing {

  private Closing() {}

  static boolean isCloseable(Object x) {
    return !isPlain(x)
        && (x instanceof AutoCloseable
            || x instanceof IEventStream
            || Adapter.of(x) != null
            || Protocols.isCloseable(x));
  }

  /** The usual classes of which no look-up has to say that there is nothing to close. */
  static boolean isPlain(Object x) {
    return x == null || x instanceof byte[] || x instanceof String || x instanceof Buffer;
  }

  /** True if the bytes of {@code x} do not depend on anything that is still open. */
  static boolean isInMemory(Object x) {
    return x == null
        || x instanceof byte[]
        || x instanceof char[]
        || x instanceof Buffer
        || x instanceof CharSequence && !(x instanceof Closeable)
        || x instanceof IPersistentVector
        || x instanceof Number;
  }

  static boolean isPulledSeq(Object x) {
    return x instanceof Sequential && !isInMemory(x);
  }

  static void close(Object x) throws Exception {
    if (x instanceof AutoCloseable c) {
      c.close();
    } else if (x instanceof IEventStream) {
      Sources.close(x);
    } else {
      Adapter<Object> adapter = Adapter.of(x);
      if (adapter != null) {
        adapter.close(x);
      } else {
        Protocols.close(x);
      }
    }
  }

  /** Closes {@code x} if that is possible. */
  static void closeIfOpen(Object x) throws Exception {
    if (isCloseable(x)) {
      close(x);
    }
  }

  /** Closes all, also after one of them failed; then throws that failure. */
  static void closeAll(Collection<?> all) throws Exception {
    Exception failure = null;
    for (Object x : all) {
      try {
        close(x);
      } catch (Exception e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Closes all because of {@code cause}, which keeps what goes wrong meanwhile. */
  static void closeAll(Collection<?> all, Throwable cause) {
    try {
      closeAll(all);
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }

  /** Throws any exception from a method that declares none, as Clojure functions do. */
  @SuppressWarnings("unchecked") // the cast is erased
  static <E extends Throwable> RuntimeException sneaky(Throwable t) throws E {
    throw (E) t;
  }
}
