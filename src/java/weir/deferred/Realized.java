package weir.deferred;

import java.util.concurrent.Executor;

/** A deferred that was born with its outcome. Nothing can be written to it any more. */
class Realized<T> extends Deferred<T> {

  Realized(Object outcome, Executor executor) {
    super(executor, outcome);
  }

  @Override
  public Boolean success(Object value) {
    return Boolean.FALSE;
  }

  @Override
  public Boolean success(Object value, Object token) {
    return Boolean.FALSE;
  }

  @Override
  public Boolean error(Object error) {
    return Boolean.FALSE;
  }

  @Override
  public Boolean error(Object error, Object token) {
    return Boolean.FALSE;
  }

  @Override
  public Object claim() {
    return Boolean.FALSE;
  }
}
