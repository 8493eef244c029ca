package weir.deferred;

import clojure.lang.AFn;
import manifold.deferred.IDeferred;

/**
 * Follows a value through all its layers: while it is a deferred, waits for it and goes on with what
 * it holds. One follower serves any number of waits, one after the other, and iterates where values
 * are there already, so neither a depth of layers nor a number of steps grows the stack.
 */
abstract class Follower extends Callback {

  /** What {@link #arrived} and {@link #failed} return when there is nothing more to follow. */
  static final Object STOP =
      new Object() {
        @Override
        public String toString() {
          return "stop";
        }
      };

  /** Whether futures, promises and stages are layers too, or deferreds only. */
  private final boolean coercing;

  Follower(boolean coercing) {
    this.coercing = coercing;
  }

  /** Called with a plain value; returns what to follow next. */
  abstract Object arrived(Object value);

  /** Called with the error of a layer; returns what to follow next. */
  abstract Object failed(Object error);

  /** Called before each wait for {@code layer}: from then on another thread may go on. */
  void suspend(IDeferred layer) {}

  /** Called on the thread that follows right before each wait for {@code layer}. */
  void waitsFor(Deferred<?> layer) {}

  final void follow(Object start) {
    Object x = start;
    while (x != STOP) {
      if (x instanceof Deferred<?> d) {
        Object outcome = d.peek();
        if (outcome == null) {
          suspend(d);
          waitsFor(d);
          d.listen(this);
          return;
        }
        x = outcome instanceof State.Failure f ? failed(d, f) : State.decode(outcome);
      } else {
        x = next(x);
      }
    }
  }

  private Object failed(Deferred<?> layer, State.Failure failure) {
    layer.markConsumed();
    return failed(failure.error);
  }

  private Object next(Object x) {
    IDeferred layer;
    try {
      layer = layer(x, coercing);
    } catch (Throwable t) {
      return failed(t);
    }
    if (layer == null) {
      return arrived(x);
    }
    return layer instanceof Deferred<?> ? layer : nextOfForeign(layer);
  }

  private Object nextOfForeign(IDeferred layer) {
    Object value = layer.successValue(Deferreds.ABSENT);
    if (value != Deferreds.ABSENT) {
      return value;
    }
    Object error = layer.errorValue(Deferreds.ABSENT);
    if (error != Deferreds.ABSENT) {
      return failed(error);
    }
    suspend(layer);
    listenTo(layer, this);
    return STOP;
  }

  @Override
  protected void onSuccess(Object value) {
    follow(value);
  }

  @Override
  protected final void onError(Object error) {
    follow(failed(error));
  }

  /** Returns {@code x} as a deferred if it is one, or can be made one and that is wanted. */
  static IDeferred layer(Object x, boolean coercing) {
    return coercing ? Coercion.toDeferred(x) : Coercion.asDeferred(x);
  }

  /**
   * Peels off all layers that hold a value.
   *
   * @return a plain value, or a deferred that is pending or in error
   */
  static Object unwrap(Object start, boolean coercing) {
    Object x = start;
    for (; ; ) {
      IDeferred layer = x instanceof Deferred<?> d ? d : layer(x, coercing);
      if (layer == null) {
        return x;
      }
      Object value = layer.successValue(Deferreds.ABSENT);
      if (value == Deferreds.ABSENT) {
        return layer;
      }
      x = value;
    }
  }

  /** Registers {@code callback} with any deferred, by the five methods of the interface if need be. */
  static void listenTo(IDeferred deferred, Callback callback) {
    if (deferred instanceof Deferred<?> d) {
      d.listen(callback);
      return;
    }
    Callback carried = Carried.of(callback);
    deferred.onRealized(
        new AFn() {
          @Override
          public Object invoke(Object value) {
            carried.onSuccess(value);
            return null;
          }
        },
        new AFn() {
          @Override
          public Object invoke(Object error) {
            carried.onError(error);
            return null;
          }
        });
  }
}
