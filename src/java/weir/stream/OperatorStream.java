package weir.stream;

import weir.deferred.Deferred;

/**
 * What an operator puts its results into. As long as a single loop reads it and is idle, a message is
 * handed to that loop where it waits, without queueing and asking it to come again. Only for
 * operators that put one message at a time.
 */
final class OperatorStream extends Stream<Object> {

  /**
   * Of so many operators in a row one hands over in the usual way, which bounds how deep calls nest.
   */
  private static final int STRIDE = 8;

  private final int level;

  /** The loop that waits, or did so last. A stale one says no. */
  private Puller reader;

  OperatorStream(Object source) {
    super(new StreamBuilder<>());
    level =
        source instanceof SourceView v && v.source() instanceof OperatorStream o ? o.level + 1 : 1;
  }

  @Override
  public Deferred<Boolean> put(Object x) {
    Puller r = reader;
    return r != null && r.acceptDirectly(x) ? accepted() : super.put(x);
  }

  @Override
  void waits(Taker taker, boolean alone) {
    if (alone && level % STRIDE != 0 && taker instanceof Puller p && p.goDirect()) {
      reader = p;
    }
  }
}
