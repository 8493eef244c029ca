package weir.http.client;

import java.util.ArrayDeque;

/**
 * The connections of one origin that are in the making, and the exchanges that wait for each: one, or
 * as many as are expected to share it. Only for events of the pool.
 */
final class Attempts {

  private final WaitingList waiting;
  private final ArrayDeque<Connecting> spare = new ArrayDeque<>(); // nobody waits for these
  private Connecting latest; // what others may wait for, too; null if there is no such attempt
  private int expected; // how many exchanges the next connection will run at the same time
  private int riding; // exchanges that wait for one of these

  Attempts(WaitingList waiting, int expected) {
    this.waiting = waiting;
    this.expected = expected;
  }

  /** The next connection is expected to run so many exchanges at the same time. */
  void expect(int exchanges) {
    expected = Math.max(1, exchanges);
  }

  /** Returns how many exchanges wait for one of these. */
  int riding() {
    return riding;
  }

  /** Lets an exchange wait for a connection that is in the making; false if none is free for it. */
  boolean ride(Exchange exchange) {
    if (latest != null && latest.riders < expected) {
      spare.remove(latest);
      assign(latest, exchange);
      return true;
    }
    Connecting unclaimed = spare.poll();
    if (unclaimed == null || unclaimed.isGivenUp()) {
      return false;
    }
    assign(unclaimed, exchange);
    return true;
  }

  /** A new attempt begins for an exchange. */
  void begin(Connecting attempt, Exchange exchange) {
    if (expected > 1) {
      latest = attempt;
    }
    assign(attempt, exchange);
  }

  /** An attempt is over, whatever came of it; its exchanges still have to {@link #getOff}. */
  void over(Connecting attempt) {
    spare.remove(attempt);
    if (latest == attempt) {
      latest = null;
    }
  }

  private void assign(Connecting attempt, Exchange exchange) {
    attempt.riders++;
    riding++;
    exchange.connecting = attempt;
    exchange.connecting();
  }

  void getOff(Exchange exchange) {
    exchange.connecting.riders--;
    riding--;
    exchange.connecting = null;
  }

  /**
   * An exchange does not need its attempt any more. If it was the only one, the next one without an
   * attempt gets that.
   *
   * @param keep whether it is kept if there is nobody: it will be idle then
   * @return the attempt if it is to be given up, else null
   */
  Connecting leave(Exchange exchange, boolean keep) {
    Connecting attempt = exchange.connecting;
    if (attempt == null) {
      return null;
    }
    getOff(exchange);
    if (attempt.riders > 0) {
      return null;
    }
    Exchange heir = waiting.firstWithoutConnecting();
    if (heir != null) {
      assign(attempt, heir);
      return null;
    }
    spare.add(attempt);
    if (keep) {
      return null;
    }
    over(attempt);
    attempt.markGivenUp();
    return attempt;
  }
}
