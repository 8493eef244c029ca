package weir.http.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import weir.executor.Metric;
import weir.executor.NonBlockingThread;
import weir.executor.Stats;
import weir.executor.StatsRecorder;
import weir.http.HeaderCase;
import weir.http.Url;
import weir.time.SystemClock;

/**
 * The connections of one origin and the exchanges that wait for one, first come, first served.
 *
 * <p>An exchange takes the connection that was used last. If none is idle it queues up, and as far as
 * the limits allow a new connection is made on its behalf; it takes that or one that is given back,
 * whichever comes first. A {@link Connecting} that nobody waits for any more is given up.
 *
 * <p>Every connection holds one slot of this pool and one permit of the {@link TotalLimit} from before
 * it is made until its channel is closed.
 */
final class OriginPool extends Serial {

  private final ConnectionPool pool;
  private final Origin origin;
  private final byte[] hostLine;
  private final TotalLimit total;
  private final int maxOpen;
  private final int maxQueue;
  private final long idleNanos;

  private final ArrayDeque<Http1ClientConnection> idle = new ArrayDeque<>(); // last used is first
  private final WaitingList waiting = new WaitingList();
  private final ArrayDeque<Connecting> spare = new ArrayDeque<>(); // nobody waits for these
  private int connecting;
  private boolean starving;
  private boolean evicting;
  private boolean closed;
  private StatsRecorder recorder; // null until somebody asks
  private boolean retired; // taken out of the pool's map: somebody else has this origin now

  // Written only by events; read by anybody for statistics.
  private volatile int open;
  private volatile int idleCount;
  private volatile int waitingCount;
  private volatile long starvingSince; // when the exchange began to wait that lacks a permit

  OriginPool(ConnectionPool pool, Origin origin, Url url) {
    this.pool = pool;
    this.origin = origin;
    String host = pool.config().headerCase() == HeaderCase.LOWER ? "host: " : "Host: ";
    this.hostLine = (host + url.authority() + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    this.total = pool.total();
    this.maxOpen = pool.config().connectionsPerHost();
    this.maxQueue = pool.config().maxQueue();
    this.idleNanos = pool.config().idleTimeout().toNanos();
  }

  ConnectionPool pool() {
    return pool;
  }

  Origin origin() {
    return origin;
  }

  byte[] hostLine() {
    return hostLine;
  }

  int open() {
    return open;
  }

  int idle() {
    return idleCount;
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
      fail(exchange, new IllegalStateException("the connection pool is shut down"));
      return;
    }
    if (recorder != null) {
      recorder.arrived();
    }
    if (exchange.needsFresh()) {
      closeIdle();
      waiting.addFirst(exchange);
    } else if (leaseIdle(exchange)) {
      return;
    } else {
      waiting.addLast(exchange);
    }
    connectMore();
    if (exchange.isWaitingIn(waiting) && exchange.connecting == null) {
      if (waiting.size() - (connecting - spare.size()) > maxQueue) {
        waiting.remove(exchange);
        if (recorder != null) {
          recorder.rejected();
        }
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

  private boolean leaseIdle(Exchange exchange) {
    Http1ClientConnection connection;
    while ((connection = pollIdle()) != null) {
      if (!connection.isUsable()) {
        later(connection::close);
      } else if (lease(exchange, connection)) {
        return true;
      } else {
        pushIdle(connection); // the exchange has ended meanwhile
        return true;
      }
    }
    return false;
  }

  /** Prefers a connection of this very thread, whose exchange begins without a hop. */
  private Http1ClientConnection pollIdle() {
    Http1ClientConnection found = idle.peekFirst();
    if (found != null && idle.size() > 1 && Thread.currentThread() instanceof NonBlockingThread) {
      for (Http1ClientConnection each : idle) {
        if (each.eventLoop().inEventLoop()) {
          found = each;
          break;
        }
      }
    }
    if (found != null) {
      idle.remove(found);
      idleCount = idle.size();
    }
    return found;
  }

  private boolean lease(Exchange exchange, Http1ClientConnection connection) {
    if (!exchange.lease(connection)) {
      return false;
    }
    if (recorder != null) {
      connection.askedSince = exchange.waitingSince();
      recorder.latency(Metric.QUEUE_LATENCY, System.nanoTime() - connection.askedSince);
    }
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

  /**
   * The next one without a connection in the making gets that of this exchange.
   *
   * @param keep whether it is kept if there is nobody: it will be idle then
   */
  private void passOn(Exchange exchange, boolean keep) {
    Connecting attempt = exchange.connecting;
    exchange.connecting = null;
    if (attempt == null) {
      return;
    }
    Exchange heir = waiting.firstWithoutConnecting();
    if (heir != null) {
      assign(attempt, heir);
      return;
    }
    attempt.owner = null;
    spare.add(attempt);
    if (!keep) {
      attempt.markGivenUp();
      later(attempt::giveUp);
    }
  }

  private static void assign(Connecting attempt, Exchange exchange) {
    attempt.owner = exchange;
    exchange.connecting = attempt;
    exchange.connecting();
  }

  private void countWaiting() {
    waitingCount = waiting.size();
  }

  // ---- new connections

  private void connectMore() {
    Exchange exchange;
    while ((exchange = waiting.firstWithoutConnecting()) != null) {
      Connecting unclaimed = spare.poll();
      if (unclaimed != null && !unclaimed.isGivenUp()) {
        assign(unclaimed, exchange);
      } else if (open < maxOpen && takePermit()) {
        connect(exchange);
      } else {
        return;
      }
    }
  }

  private void connect(Exchange exchange) {
    open++;
    connecting++;
    Connecting attempt = new Connecting(this);
    assign(attempt, exchange);
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
      later(() -> pool.reclaimIdle(this));
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

  /** A new connection is ready. */
  void connected(Connecting attempt, Http1ClientConnection connection) {
    submit(
        () -> {
          Exchange owner = made(attempt);
          if (owner != null) {
            if (lease(owner, connection)) {
              return;
            }
          }
          serve(connection);
        });
  }

  /** The attempt is over; returns who waited for it, who now is out of the list, or null. */
  private Exchange made(Connecting attempt) {
    connecting--;
    spare.remove(attempt);
    Exchange owner = attempt.owner;
    if (owner != null) {
      owner.connecting = null;
      waiting.remove(owner);
      countWaiting();
    }
    return owner;
  }

  /** A connection could not be made; its slot is free again. */
  void connectFailed(Connecting attempt, Throwable cause) {
    submit(
        () -> {
          Exchange owner = made(attempt);
          if (owner != null) {
            fail(owner, cause);
          }
          freeSlot();
        });
  }

  // ---- connections that come back

  /** The connection has done an exchange and can do another one. */
  void release(Http1ClientConnection connection) {
    submit(
        () -> {
          noteEnd(connection);
          serve(connection);
        });
  }

  private void serve(Http1ClientConnection connection) {
    if (closed || !connection.isUsable() || isOthersTurn()) {
      later(connection::close);
      return;
    }
    Exchange next;
    while ((next = waiting.firstForUsed()) != null) {
      waiting.remove(next);
      if (lease(next, connection)) {
        passOn(next, true);
        countWaiting();
        return;
      }
      passOn(next, true);
    }
    countWaiting();
    if (waiting.firstWithoutConnecting() != null) {
      later(connection::close); // makes room for one that must be fresh
    } else {
      pushIdle(connection);
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

  private void pushIdle(Http1ClientConnection connection) {
    connection.idleSince = System.nanoTime();
    idle.addFirst(connection);
    idleCount = idle.size();
    evictLater(idleNanos);
  }

  /** The channel is closed, for whatever reason. Called exactly once for each connection. */
  void closed(Http1ClientConnection connection) {
    submit(
        () -> {
          if (idle.remove(connection)) {
            idleCount = idle.size();
          }
          noteEnd(connection);
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

  private void noteEnd(Http1ClientConnection connection) {
    if (recorder != null && connection.askedSince != 0) {
      recorder.completed();
      recorder.latency(Metric.TASK_LATENCY, System.nanoTime() - connection.askedSince);
      connection.askedSince = 0;
    }
  }

  /** Takes a sample of the state. */
  void sample() {
    submit(this::sampleNow);
  }

  private void sampleNow() {
    long now = System.nanoTime();
    if (recorder == null) {
      recorder = new StatsRecorder(EnumSet.allOf(Metric.class), 1, now);
    }
    recorder.sample(now, open, open - idle.size(), waiting.size());
  }

  /** Gives {@code to} what was measured since the last time. */
  void report(Consumer<Stats> to) {
    submit(
        () -> {
          sampleNow();
          Stats stats = recorder.snapshot(open);
          recorder.clear();
          later(() -> to.accept(stats));
        });
  }

  // ---- idle connections

  /** Closes one idle connection, so that another origin gets its permit. */
  void reclaimIdle() {
    submit(
        () -> {
          Http1ClientConnection oldest = idle.pollLast();
          if (oldest != null) {
            idleCount = idle.size();
            later(oldest::close);
          }
        });
  }

  private void closeIdle() {
    Http1ClientConnection each;
    while ((each = idle.pollFirst()) != null) {
      later(each::close);
    }
    idleCount = 0;
  }

  private void evictLater(long nanos) {
    if (idleNanos > 0 && !evicting) {
      evicting = true;
      SystemClock.instance().in(nanos / 1e6, () -> submit(this::evict));
    }
  }

  private void evict() {
    evicting = false;
    long now = System.nanoTime();
    Http1ClientConnection oldest;
    while ((oldest = idle.peekLast()) != null && now - oldest.idleSince >= idleNanos) {
      idle.pollLast();
      later(oldest::close);
    }
    idleCount = idle.size();
    if (oldest != null) {
      evictLater(idleNanos - (now - oldest.idleSince));
    }
  }

  /** Fails who waits, closes what is idle, and lets nothing new begin. */
  void close() {
    submit(
        () -> {
          closed = true;
          closeIdle();
          Exchange each;
          while ((each = waiting.first()) != null) {
            waiting.remove(each);
            passOn(each, false);
            fail(each, new IllegalStateException("the connection pool is shut down"));
          }
          countWaiting();
        });
  }
}
