package weir.bytes;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Lets a class that knows nothing of this library be a byte source, and says how its values are
 * given up. Registered once per class, before values of it are converted.
 *
 * @param <T> the class
 */
public abstract class Adapter<T> {

  private static final List<Adapter<?>> ALL = new CopyOnWriteArrayList<>();
  private static volatile Consumer<Class<?>> listener = c -> {};

  private final Class<T> type;

  /** Makes an adapter for {@code type} and its subclasses. */
  protected Adapter(Class<T> type) {
    this.type = type;
  }

  /** Takes up to {@code n} bytes, in any representation; null at the end. */
  protected abstract Object takeBytes(T source, int n, Options options) throws IOException;

  /** Gives {@code source} up. Called once per conversion: at its end, or because it failed. */
  protected abstract void close(T source) throws Exception;

  /** Makes values of {@code adapter}'s class byte sources that can be closed. */
  public static void register(Adapter<?> adapter) {
    synchronized (ALL) {
      ALL.add(adapter);
      listener.accept(adapter.type);
    }
    Conversions.forgetPaths();
  }

  /** Calls {@code f} with every class that has an adapter, or will get one. */
  static void eachClass(Consumer<Class<?>> f) {
    synchronized (ALL) {
      listener = f;
      ALL.forEach(a -> f.accept(a.type));
    }
  }

  static boolean covers(Class<?> c) {
    for (Adapter<?> a : ALL) {
      if (a.type.isAssignableFrom(c)) {
        return true;
      }
    }
    return false;
  }

  @SuppressWarnings("unchecked") // the adapter's class was compared
  static <T> Adapter<T> of(T x) {
    for (Adapter<?> a : ALL) {
      if (a.type.isInstance(x)) {
        return (Adapter<T>) a;
      }
    }
    return null;
  }
}
