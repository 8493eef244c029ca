package weir.stream;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.MultiFn;
import clojure.lang.Util;
import java.io.IOException;
import java.io.Writer;
import manifold.stream.core.IEventStream;

/** Gives Clojure's {@code print-method} what prints streams, and the deferreds they return. */
public final class Printing {

  private static final IFn STREAM =
      new AFn() {
        @Override
        public Object invoke(Object stream, Object writer) {
          try {
            ((Writer) writer).write(Streams.print((IEventStream) stream));
          } catch (IOException e) {
            throw Util.sneakyThrow(e);
          }
          return null;
        }
      };

  private Printing() {}

  /**
   * Adds the methods.
   *
   * @param printMethod the multimethod
   * @param printDeferred a function of a deferred and a Writer
   */
  public static void install(Object printMethod, Object printDeferred) {
    ((MultiFn) printMethod).addMethod(IEventStream.class, STREAM);
    weir.deferred.Printing.install(printMethod, printDeferred, Streams.DEFERRED_CLASSES);
  }
}
