package weir.http.server;

import java.util.concurrent.RejectedExecutionException;

/** Lets the requests of an event loop in: to the handler, or nowhere. Only for that loop. */
final class RequestEntry {

  private final ServerContext context;
  private final Admission.Gate places;

  RequestEntry(ServerContext context, Admission.Gate places) {
    this.context = context;
    this.places = places;
  }

  /** The whole of what the handler needs is there. */
  void dispatch(Exchange exchange) {
    if (exchange.undecided) {
      return; // until the body is allowed, which has come already
    }
    if (admit(exchange)) {
      run(context.dispatcher(), exchange, exchange);
    } else {
      reject(exchange);
    }
  }

  /** Asks the continue handler, before the handler is called. */
  void ask(Exchange exchange) {
    exchange.undecided = true;
    exchange.withholdBody();
    if (admit(exchange)) {
      run(
          context.continueDispatcher(),
          exchange,
          new Expectation(exchange, context.config().continueHandler()));
    } else {
      reject(exchange);
    }
  }

  /** Runs what the continue handler has left to do. */
  void conclude(Exchange exchange, Handoff.Job job) {
    run(context.continueDispatcher(), exchange, job);
  }

  private boolean admit(Exchange exchange) {
    if (!exchange.admitted) {
      exchange.admitted = places.enter();
    }
    return exchange.admitted;
  }

  private void run(Dispatcher dispatcher, Exchange exchange, Handoff.Job job) {
    try {
      dispatcher.run(exchange.loop(), job);
    } catch (RejectedExecutionException e) {
      reject(exchange);
    }
  }

  /** There is no room for the request: neither a body that still comes is read. */
  private void reject(Exchange exchange) {
    exchange.undecided = false;
    if (exchange.inbound != null) {
      exchange.lane().dropBody(exchange);
    }
    exchange.reject();
  }

  /** The exchange is not in flight any more. */
  void leave(Exchange exchange) {
    if (exchange.admitted) {
      exchange.admitted = false;
      places.leave();
    }
  }
}
