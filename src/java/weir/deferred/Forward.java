package weir.deferred;

/** Passes an outcome to another deferred as it is. */
final class Forward extends Callback {

  private final Deferred<?> target;

  Forward(Deferred<?> target) {
    this.target = target;
  }

  @Override
  protected void onSuccess(Object value) {
    target.success(value);
  }

  @Override
  protected void onError(Object error) {
    target.error(error);
  }

  @Override
  boolean carriesContext() {
    return false;
  }
}
