package weir.stream;

import weir.deferred.Callback;
import weir.deferred.Deferred;

/**
 * A take that waits. Realizing it from outside withdraws it: the claim is what decides between that
 * and a message.
 */
final class PendingTake<T> extends Deferred<T> {

  private final Stream<?> stream;
  final Place place;

  PendingTake(Stream<?> stream, Object whenDrained) {
    super(stream.executor());
    this.stream = stream;
    this.place = new Place(this, whenDrained);
  }

  @Override
  public Object claim() {
    Object token = super.claim();
    if (token != null) {
      stream.withdraw(place);
    }
    return token;
  }

  @Override
  public Boolean success(Object value) {
    Object token = claim();
    return token != null && success(value, token);
  }

  @Override
  public Boolean error(Object error) {
    Object token = claim();
    return token != null && error(error, token);
  }

  /** The deferred's place among the takers. */
  static final class Place extends Taker {
    private final Deferred<?> deferred;
    private final Object whenDrained;
    private Callback settled;

    Place(Deferred<?> deferred, Object whenDrained) {
      this.deferred = deferred;
      this.whenDrained = whenDrained;
    }

    @Override
    boolean commit(Object message) {
      settled = deferred.settle(message);
      return settled != null;
    }

    @Override
    void commitEnd() {
      commit(whenDrained);
    }

    @Override
    public void receive(Object message) {
      deferred.release(settled);
    }

    @Override
    void ended() {
      if (settled != null) {
        deferred.release(settled);
      }
    }

    @Override
    boolean runsInline() {
      return true;
    }
  }
}
