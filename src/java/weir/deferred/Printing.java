package weir.deferred;

import clojure.lang.IDeref;
import clojure.lang.IFn;
import clojure.lang.MultiFn;
import java.util.List;
import manifold.deferred.IDeferred;

/** Gives Clojure's {@code print-method} what prints deferreds. */
public final class Printing {

  private Printing() {}

  /**
   * Adds methods for deferreds of every make.
   *
   * @param printMethod the multimethod
   * @param print a function of a deferred and a Writer
   */
  public static void install(Object printMethod, Object print) {
    install(printMethod, print, Deferreds.CLASSES);
    install(printMethod, print, List.of(manifold.deferred.Deferred.class, IDeferred.class));
    ((MultiFn) printMethod).preferMethod(IDeferred.class, IDeref.class);
  }

  /**
   * Adds a method for each class. Somebody may give methods for two interfaces that our classes
   * implement, which only a method for the very class of an object stands above.
   */
  public static void install(Object printMethod, Object print, List<Class<?>> classes) {
    for (Class<?> type : classes) {
      ((MultiFn) printMethod).addMethod(type, (IFn) print);
    }
  }
}
