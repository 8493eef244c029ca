package weir.deferred;

import clojure.lang.IFn;
import java.util.ArrayList;
import java.util.List;
import manifold.deferred.IDeferred;

/** A deferred of somebody else, with the five methods of the interface and no more. */
final class ForeignDeferred implements IDeferred {

  private final List<IFn[]> listeners = new ArrayList<>();
  private boolean realized;
  private boolean failed;
  private Object outcome;

  void succeed(Object value) {
    complete(value, false);
  }

  void fail(Object error) {
    complete(error, true);
  }

  private void complete(Object what, boolean isError) {
    List<IFn[]> waiting;
    synchronized (this) {
      realized = true;
      failed = isError;
      outcome = what;
      waiting = List.copyOf(listeners);
    }
    for (IFn[] pair : waiting) {
      pair[isError ? 1 : 0].invoke(what);
    }
  }

  @Override
  public Object executor() {
    return null;
  }

  @Override
  public synchronized boolean realized() {
    return realized;
  }

  @Override
  public Object onRealized(Object onSuccess, Object onError) {
    synchronized (this) {
      if (!realized) {
        listeners.add(new IFn[] {(IFn) onSuccess, (IFn) onError});
        return null;
      }
    }
    ((IFn) (failed ? onError : onSuccess)).invoke(outcome);
    return null;
  }

  @Override
  public synchronized Object successValue(Object dflt) {
    return realized && !failed ? outcome : dflt;
  }

  @Override
  public synchronized Object errorValue(Object dflt) {
    return realized && failed ? outcome : dflt;
  }
}
