package weir.stream;

import clojure.lang.AFn;

/** A Runnable as a Clojure function without arguments. */
final class Thunk extends AFn {

  private final Runnable f;

  Thunk(Runnable f) {
    this.f = f;
  }

  @Override
  public Object invoke() {
    f.run();
    return null;
  }
}
