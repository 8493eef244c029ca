package weir.http.client;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import weir.executor.Stats;
import weir.http.HeaderCase;
import weir.http.Url;

/**
 * The connections of one origin and the exchanges that wait for one, first come, first served.
 *
 * <p>An exchange takes a connection that is shared and has room, or else the one that was used last. If
 * there is none it queues up, and as far as the limits allow a new connection is made on its behalf,
 * unless one is in the making that it can be expected to share; it takes that or one that is given
 * back, whichever comes first. A {@link Connecting} that nobody waits for any more is given up.
 *
 * <p>Every connection holds one slot of this pool and one permit of the {@link TotalLimit} from before
 * it is made until its channel is closed.
 */
final class OriginPool extends Serial {

  private final ConnectionPool pool;
  private final Origin origin;
  private final Url url; // of the first request
  private final byte[] hostLine;
  private final TotalLimit total;
  private final int maxOpen;
  private final int maxQueue;

  private final Roomy roomy;
  private final WaitingList waiting = new WaitingList();
  private final Attempts attempts;
  private final OriginStats stats = new OriginStats();
  private boolean starving;
  private boolean closed;
  private boolean retired; // taken out of the pool's map: somebody else has this origin now

  // Written only by events; read by anybody for statistics.
  private volatile int open;
  private volatile int waitingCount;
  private volatile long starvingSince; // when the exchange began to wait that lacks a permit

  OriginPool(ConnectionPool pool, Origin origin, Url url) {
    this.pool = pool;
    this.origin = origin;
    this.url = url;
    String host = pool.config().headerCase() == HeaderCase.LOWER ? "host: " : "Host: ";
    this.hostLine = (host + url.authority() + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    this.total = pool.total();
    this.maxOpen = pool.config().connectionsPerHost();
    this.maxQueue = pool.config().maxQueue();
    this.roomy = new Roomy(this, pool.config().idleTimeout().toNanos());
    this.attempts =
        new Attempts(waiting, pool.connector().mayMultiplex(origin) ? Integer.MAX_VALUE : 1);
  }

  ConnectionPool pool() {
    return pool;
  }

  Origin origin() {
    return origin;
  }

  /** Returns the URL of any request to this origin. */
  Url url() {
    return url;
  }

  byte[] hostLine() {
    return hostLine;
  }

  int open() {
    return open;
  }

  int idle() {
    return roomy.idle();
  }

  int queued() {
    return waitingCount;
  }

  // ---- exchanges

  /** Finds a connection for the exchange, now or later. */
  void acquire(Exchange exchange) {
    submit(() -> acquireNow(exchange));
  }

  private void acquireNow(Exchange exchange) {
    if (retired) {
      later(() -> pool.acquire(exchange));
      return;
    }
    if (exchange.isDone()) {
      return; // cancelled before it could queue up
    }
    if (closed) {
      fail(exchange, new PoolClosedException());
      return;
    }
    stats.arrived();
    if (exchange.needsFresh()) {
      roomy.closeIdle();
      waiting.addFirst(exchange);
    } else if (leaseRoomy(exchange)) {
      return;
    } else {
      waiting.addLast(exchange);
    }
    if (!attempts.ride(exchange)) {
      connectMore();
    }
    if (exchange.isWaitingIn(waiting) && exchange.connecting == null) {
      if (waiting.size() - attempts.riding() > maxQueue) {
        waiting.remove(exchange);
        stats.rejected();
        fail(exchange, tooMany());
      } else {
        exchange.queued();
      }
    }
    countWaiting();
  }

  private RejectedExecutionException tooMany() {
    return new RejectedExecutionException(
        "more than " + maxQueue + " requests wait for a connection to " + origin);
  }

  private void fail(Exchange exchange, Throwable cause) {
    later(() -> exchange.fail(cause));
  }

  private boolean leaseRoomy(Exchange exchange) {
    ClientConnection connection;
    while ((connection = roomy.next()) != null) {
      if (Roomy.room(connection) == 0) {
        later(connection::close);
      } else if (lease(exchange, connection)) {
        return true;
      } else {
        roomy.settle(connection); // the exchange has ended meanwhile
        return true;
      }
    }
    return false;
  }

  private boolean lease(Exchange exchange, ClientConnection connection) {
    exchange.askedSince = stats.leased(exchange.waitingSince());
    if (!exchange.lease(connection.lease())) {
      return false;
    }
    connection.slot().leases++;
    roomy.settle(connection);
    later(exchange);
    return true;
  }

  /** The exchange has ended while it waited. */
  void forget(Exchange exchange) {
    submit(
        () -> {
          if (exchange.isWaitingIn(waiting)) {
            waiting.remove(exchange);
            passOn(exchange, false);
            countWaiting();
            retireIfUnused();
          }
        });
  }

  private void passOn(Exchange exchange, boolean keep) {
    Connecting unwanted = attempts.leave(exchange, keep);
    if (unwanted != null) {
      later(unwanted::giveUp);
    }
  }

  private void countWaiting() {
    waitingCount = waiting.size();
  }

  // ---- new connections

  private void connectMore() {
    Exchange exchange;
    while ((exchange = waiting.firstWithoutConnecting()) != null) {
      if (attempts.ride(exchange)) {
        continue;
      }
      if (open >= maxOpen || !takePermit()) {
        return;
      }
      connect(exchange);
    }
  }

  private void connect(Exchange exchange) {
    open++;
    Connecting attempt = new Connecting(this);
    attempts.begin(attempt, exchange);
    later(attempt);
  }

  private boolean takePermit() {
    if (total.tryTake()) {
      return true;
    }
    if (!starving) {
      starving = true;
      starvingSince = waiting.firstWithoutConnecting().waitingSince();
      total.await(this);
      later(() -> total.reclaimIdle(this));
      return total.tryTake();
    }
    return false;
  }

  /** A permit came for an origin that had found none. */
  void grant() {
    submit(
        () -> {
          starving = false;
          Exchange next = waiting.firstWithoutConnecting();
          if (next == null || open >= maxOpen) {
            later(total::release);
            return;
          }
          connect(next);
          connectMore();
        });
  }

  /** The first of those that wait for a connection need not wait until it is ready. */
  void early(Connecting attempt, ClientConnection connection) {
    submit(
        () -> {
          for (Exchange each = waiting.first(); attempt.riders > 0; each = each.next) {
            if (each.connecting == attempt) {
              connection.slot().early = true;
              attempts.getOff(each);
              waiting.remove(each);
              lease(each, connection);
              countWaiting();
              return;
            }
          }
        });
  }

  /** A new connection is ready. */
  void connected(Connecting attempt, ClientConnection connection) {
    submit(
        () -> {
          attempts.over(attempt);
          connection.slot().early = false;
          attempts.expect(connection.isMultiplexed() ? connection.room() : 1);
          boolean more = leaseToRiders(attempt, connection);
          if (connection.slot().leases == 0 || connection.isMultiplexed()) {
            serve(connection);
          }
          if (more) {
            connectMore();
            waiting.tellWithoutConnecting();
          }
          countWaiting();
        });
  }

  /**
   * Returns whether it was not enough for all of them. One that takes nothing although it is new goes to
   * all: each finds out for itself, and none waits for ever.
   */
  private boolean leaseToRiders(Connecting attempt, ClientConnection connection) {
    boolean more = false;
    boolean useless = Roomy.room(connection) == 0;
    Exchange each = waiting.first();
    while (attempt.riders > 0) {
      Exchange next = each.next;
      if (each.connecting == attempt) {
        attempts.getOff(each);
        if (useless || connection.slot().leases < Roomy.room(connection)) {
          waiting.remove(each);
          lease(each, connection);
        } else {
          more = true;
        }
      }
      each = next;
    }
    return more;
  }

  /** A connection could not be made; its slot is free again. */
  void connectFailed(Connecting attempt, Throwable cause) {
    submit(
        () -> {
          attempts.over(attempt);
          Exchange each = waiting.first();
          while (attempt.riders > 0) {
            Exchange next = each.next;
            if (each.connecting == attempt) {
              attempts.getOff(each);
              waiting.remove(each);
              fail(each, cause);
            }
            each = next;
          }
          countWaiting();
          freeSlot();
        });
  }

  // ---- connections that come back

  /**
   * An exchange has given its lease back, and the connection can do another one if it has room.
   *
   * @param askedSince that of the exchange
   */
  void release(ClientConnection connection, long askedSince) {
    submit(
        () -> {
          stats.ended(askedSince);
          connection.slot().leases--;
          if (!connection.slot().gone && !connection.slot().early) {
            serve(connection);
          }
        });
  }

  /** How many exchanges a connection takes has changed. */
  void roomChanged(ClientConnection connection) {
    submit(
        () -> {
          if (connection.slot().gone) {
            return;
          }
          if (connection.room() > 0) {
            attempts.expect(connection.room());
          }
          if (connection.slot().leases > 0 || connection.room() == 0) {
            serve(connection);
          }
          connectMore();
        });
  }

  private void serve(ClientConnection connection) {
    if (closed || Roomy.room(connection) == 0 || isOthersTurn()) {
      putAway(connection);
      return;
    }
    Exchange next;
    while (connection.slot().leases < Roomy.room(connection)
        && (next = waiting.firstFor(connection)) != null) {
      waiting.remove(next);
      lease(next, connection);
      passOn(next, true);
    }
    countWaiting();
    if (connection.slot().leases == 0 && waiting.firstWithoutConnecting() != null) {
      later(connection::close); // makes room for one that must be fresh
    } else {
      roomy.settle(connection);
    }
  }

  /** Closes a connection, as soon as nobody has it. */
  private void putAway(ClientConnection connection) {
    roomy.remove(connection);
    connection.slot().draining = true;
    if (connection.slot().leases == 0) {
      later(connection::close);
    }
  }

  /** An origin that has no connection at all, and waits for longer than anybody here, goes first. */
  private boolean isOthersTurn() {
    OriginPool other = total.longestStarving();
    if (other == null || other == this) {
      return false;
    }
    Exchange first = waiting.first();
    return first == null || other.starvingSince - first.waitingSince() < 0;
  }

  /**
   * The channel is closed, for whatever reason. Called exactly once for each connection.
   *
   * @param askedSince that of an exchange whose lease was never given back, or 0
   */
  void closed(ClientConnection connection, long askedSince) {
    submit(
        () -> {
          connection.slot().gone = true;
          roomy.remove(connection);
          stats.ended(askedSince);
          freeSlot();
        });
  }

  private void freeSlot() {
    open--;
    later(total::release);
    connectMore();
    retireIfUnused();
  }

  private void retireIfUnused() {
    if (open == 0 && waiting.size() == 0 && !retired) {
      retired = true;
      pool.retire(this);
    }
  }

  // ---- statistics

  /** Takes a sample of the state. */
  void sample() {
    submit(this::sampleNow);
  }

  private void sampleNow() {
    stats.sample(open, open - roomy.idle(), waiting.size());
  }

  /** Gives {@code to} what was measured since the last time. */
  void report(Consumer<Stats> to) {
    submit(
        () -> {
          sampleNow();
          Stats taken = stats.takeSnapshot(open);
          later(() -> to.accept(taken));
        });
  }

  // ---- idle connections

  /** Closes one idle connection, so that another origin gets its permit. */
  void reclaimIdle() {
    submit(roomy::closeOldest);
  }

  /** Fails who waits, closes what is idle, and lets nothing new begin. */
  void close() {
    submit(
        () -> {
          closed = true;
          roomy.closeIdle();
          Exchange each;
          while ((each = waiting.first()) != null) {
            waiting.remove(each);
            passOn(each, false);
            fail(each, new PoolClosedException());
          }
          countWaiting();
        });
  }
}
