package weir.http.server;

import clojure.lang.IPersistentMap;
import io.netty.handler.codec.http.HttpHeaderNames;
import manifold.deferred.IDeferred;
import weir.deferred.Coercion;
import weir.deferred.Functions;
import weir.http.ContinueHandler;
import weir.http.Reply;
import weir.http.RingRequest;

/**
 * Asks the continue handler about one request. The connection hears the decision on its event loop; a
 * refusal other than the plain 417 is then made where the handler runs.
 */
final class Expectation implements Handoff.Job {

  private final Exchange exchange;
  private final ContinueHandler handler;

  Expectation(Exchange exchange, ContinueHandler handler) {
    this.exchange = exchange;
    this.handler = handler;
  }

  @Override
  public void run(Worker worker) {
    try {
      accept(handler.expect(new RingRequest(exchange)));
    } catch (Throwable t) {
      refuse(w -> exchange.fail(t, w));
    }
  }

  private void accept(Object decision) {
    if (Boolean.TRUE.equals(decision)) {
      exchange.loop().run(this::goAhead);
    } else if (decision == null || Boolean.FALSE.equals(decision)) {
      refuse(w -> exchange.answer(Refusal.EXPECTATION_FAILED.reply(), w));
    } else if (decision instanceof IPersistentMap || decision instanceof Reply) {
      refuse(w -> exchange.answer(decision, w));
    } else {
      acceptLater(decision);
    }
  }

  private void acceptLater(Object decision) {
    IDeferred promised = Coercion.toDeferred(decision);
    if (promised == null) {
      IllegalArgumentException e =
          new IllegalArgumentException(
              "the continue handler has returned an instance of "
                  + decision.getClass()
                  + " (expected: true, false, a response, or a deferred of these)");
      refuse(w -> exchange.fail(e, w));
      return;
    }
    exchange.awaitAnswer();
    promised.onRealized(
        Functions.of(this::accept), Functions.of(error -> refuse(w -> exchange.fail(error, w))));
  }

  // ---- on the event loop

  /** The body may come. Nobody has read it until now. */
  private void goAhead() {
    if (!isOpen()) {
      return;
    }
    exchange.undecided = false;
    exchange.giveBody();
    if (exchange.inbound != null) {
      exchange.lane().allowBody(exchange);
    } else {
      exchange.headers().remove(HttpHeaderNames.EXPECT); // all of it has come without a 100
    }
    if (exchange.inbound == null || !exchange.inbound.isGathered()) {
      exchange.loop().entry().dispatch(exchange);
    }
  }

  private void refuse(Handoff.Job answer) {
    exchange
        .loop()
        .run(
            () -> {
              if (isOpen()) {
                exchange.undecided = false;
                exchange.lane().dropBody(exchange);
                exchange.loop().entry().conclude(exchange, answer);
              }
            });
  }

  /** It is not when the body has failed or the client has gone before the handler had decided. */
  private boolean isOpen() {
    boolean open =
        exchange.undecided && exchange.bodyRefusal == null && exchange.channel().isActive();
    if (!open) {
      exchange.loop().entry().leave(exchange);
    }
    return open;
  }
}
