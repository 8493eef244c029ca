package weir.deferred;

import clojure.lang.IFn;
import manifold.time.IClock;

/** What runs after a while, unless the deferred to which it listens is realized before. */
abstract class Alarm extends Callback implements Runnable {

  /** Set before this listens to the deferred, and so before it can be called. */
  private IFn cancel;

  /** Starts the time; to listen is the subclass's next step. */
  final void setOff(IClock clock, double ms) {
    cancel = (IFn) clock.in(ms, this);
  }

  /** Drops what this holds, since a clock may keep it for as long as it would have waited. */
  abstract void letGo();

  @Override
  protected final void onSuccess(Object ignored) {
    end();
  }

  @Override
  protected final void onError(Object ignored) {
    end();
  }

  private void end() {
    letGo();
    cancel.invoke();
  }

  @Override
  final boolean runsInline() {
    return true; // cheap, and must not depend on an executor that may be busy
  }

  @Override
  final boolean carriesContext() {
    return false;
  }
}
