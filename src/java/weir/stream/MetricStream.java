package weir.stream;

import java.util.function.ToLongFunction;
import weir.deferred.Deferred;

/**
 * A stream that accepts every message, and answers puts late while the summed size of what it holds
 * is above the limit. The tickets of the puts are in the buffer, each with its message and size.
 */
final class MetricStream<T> extends Stream<T> {

  private final ToLongFunction<Object> metric;
  private final long limit;
  private final long hardLimit;

  // Guarded by the stream's section.
  private final PutQueue late = new PutQueue(); // accepted, not answered
  private long total;

  MetricStream(StreamBuilder<T> b, ToLongFunction<Object> metric, long hardLimit) {
    super(b);
    this.metric = metric;
    this.limit = Math.max(0, b.capacity);
    this.hardLimit = hardLimit;
  }

  @Override
  public Deferred<Boolean> put(T message) {
    PendingPut ticket = new PendingPut(this, message);
    ticket.size = metric.applyAsLong(message);
    return offer(message, ticket, null);
  }

  @Override
  Deferred<Boolean> store(Object x, PendingPut ticket) {
    if (total > 0 && total + ticket.size > hardLimit) {
      return null;
    }
    keep(ticket);
    if (total <= limit) {
      return accepted();
    }
    ticket.stored = true;
    late.add(ticket);
    return ticket;
  }

  private void keep(PendingPut ticket) {
    ring().add(new Kept(ticket.message, ticket.size));
    ticket.message = null;
    total += ticket.size;
  }

  private record Kept(Object message, long size) {}

  @Override
  Object unstore() {
    Kept kept = (Kept) ring().poll();
    total -= kept.size;
    return kept.message;
  }

  @Override
  void refill() {
    PendingPut p;
    while (total <= limit && (p = late.poll()) != null) {
      answer(p);
    }
    while ((p = waiting().peek()) != null && (total <= 0 || total + p.size <= hardLimit)) {
      waiting().poll();
      admit(p);
    }
  }

  private void answer(PendingPut p) {
    if (p.settleWith(Boolean.TRUE)) {
      free(p);
    }
  }

  /** Lets in a message that waited outside of the hard limit. */
  private void admit(PendingPut p) {
    if (total + p.size > limit) {
      keep(p);
      p.stored = true;
      late.add(p);
    } else if (p.settleWith(Boolean.TRUE)) {
      keep(p);
      free(p);
    }
  }

  /** A ticket that is realized from outside leaves its message here, if that was accepted. */
  @Override
  void forget(PendingPut p) {
    if (p.stored) {
      late.remove(p);
    } else {
      super.forget(p);
    }
  }

  @Override
  void throwAway() {
    super.throwAway();
    total = 0;
    PendingPut p;
    while ((p = late.poll()) != null) {
      if (p.settleWith(Boolean.FALSE)) {
        free(p);
      }
    }
  }

  @Override
  long buffered() {
    return total;
  }
}
