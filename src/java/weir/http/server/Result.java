package weir.http.server;

import clojure.lang.IFn;
import weir.deferred.Callback;
import weir.deferred.Functions;

/** Waits for the deferred that a handler has returned. */
final class Result extends Callback {

  private final Exchange exchange;

  Result(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  protected void onSuccess(Object value) {
    exchange.resultCame(value);
  }

  @Override
  protected void onError(Object error) {
    exchange.fail(error, null);
  }

  IFn successFunction() {
    return Functions.of(this::onSuccess);
  }

  IFn errorFunction() {
    return Functions.of(this::onError);
  }
}
