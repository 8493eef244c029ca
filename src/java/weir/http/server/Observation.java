package weir.http.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.RequestTarget;
import weir.http.ServerListener;
import weir.http.ServerListener.Outcome;
import weir.http.ServerStats;

/**
 * Tells whoever wants to know what a server does: its statistics, a listener, the access log, a Flight
 * Recorder recording. Where nobody does, a request has no {@link Trace} and costs a null check or two.
 */
final class Observation {

  private static final Logger LOG = LoggerFactory.getLogger(Observation.class);

  private final Observing observing;
  private final boolean always;

  Observation(Observing observing) {
    this.observing = observing;
    this.always = observing.observesRequests();
  }

  /** Returns counters for one more event loop, or null. */
  LoopStats newLoop() {
    return observing.statistics() ? new LoopStats() : null;
  }

  // ---- connections

  /** Returns whether a connection that opens now needs a meter. */
  boolean wantsConnections() {
    return observing.observesConnections() || Recordings.wantConnections();
  }

  void opened(Meter meter, LoopStats stats) {
    if (stats != null) {
      stats.add(LoopStats.OPENED, 1);
    }
    tell(listener -> listener.connectionOpened(meter.connection()));
  }

  void closed(Meter meter, LoopStats stats) {
    if (stats != null) {
      stats.add(LoopStats.CLOSED, 1);
    }
    tell(listener -> listener.connectionClosed(meter.connection()));
  }

  // ---- requests

  /** A request has come: returns where it is noted what becomes of it, null if nobody asks. */
  Trace came(LoopStats stats) {
    boolean record = Recordings.wantRequests();
    if (!always && !record) {
      return null;
    }
    if (stats != null) {
      stats.add(LoopStats.REQUESTS, 1);
    }
    Trace trace = new Trace();
    if (record) {
      trace.recorded = new RequestEvent();
      trace.recorded.begin();
    }
    return trace;
  }

  /** The response of an exchange that has a trace is written, or nobody is left to read it. */
  void ended(Exchange exchange, LoopStats stats) {
    Trace trace = exchange.trace;
    exchange.trace = null;
    if (trace.recorded != null) {
      trace.recorded.end();
      if (!always && !trace.recorded.shouldCommit()) {
        return; // too quick for the recording, and nobody else asks
      }
    }
    ServerListener.Exchange event = event(exchange, trace, System.nanoTime());
    if (stats != null) {
      count(stats, event);
    }
    if (trace.recorded != null) {
      record(trace.recorded, event);
    }
    if (observing.accessLog()) {
      AccessLog.write(event);
    }
    tell(listener -> listener.requestEnded(event));
  }

  private static ServerListener.Exchange event(Exchange exchange, Trace trace, long now) {
    long answered = trace.answeredNanos == 0 ? now : trace.answeredNanos;
    long called = trace.calledNanos == 0 ? answered : trace.calledNanos;
    return new ServerListener.Exchange(
        exchange.method().name(),
        exchange.target(),
        exchange.protocol(),
        exchange.endpoints().remote(),
        trace.status,
        trace.outcome,
        trace.bodyBytes,
        called - exchange.arrivedNanos(),
        answered - called,
        now - answered);
  }

  private static void count(LoopStats stats, ServerListener.Exchange event) {
    stats.add(LoopStats.ENDED, 1);
    int counter = counterOf(event.outcome());
    if (counter >= 0) {
      stats.add(counter, 1);
    }
    stats.queued.record(event.queuedNanos());
    stats.handled.record(event.handledNanos());
    stats.written.record(event.writtenNanos());
    stats.total.record(event.queuedNanos() + event.handledNanos() + event.writtenNanos());
  }

  private static int counterOf(Outcome outcome) {
    return switch (outcome) {
      case SERVED -> -1;
      case FAILED -> LoopStats.FAILED;
      case REJECTED -> LoopStats.REJECTED;
      case REFUSED -> LoopStats.REFUSED;
      case ABORTED -> LoopStats.ABORTED;
    };
  }

  private static void record(RequestEvent recorded, ServerListener.Exchange event) {
    if (recorded.shouldCommit()) {
      recorded.method = event.method();
      recorded.path = RequestTarget.path(event.target());
      recorded.remote = String.valueOf(event.remote());
      recorded.status = event.status();
      recorded.outcome = event.outcome().name();
      recorded.bodyBytes = event.bodyBytes();
      recorded.queued = event.queuedNanos();
      recorded.handled = event.handledNanos();
      recorded.written = event.writtenNanos();
      recorded.commit();
    }
  }

  private void tell(Consumer<ServerListener> event) {
    ServerListener listener = observing.listener();
    if (listener == null) {
      return;
    }
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.error("the listener of the server's events has failed", e);
    }
  }

  // ---- statistics

  /** Returns what all loops have counted. */
  static ServerStats sum(List<LoopStats> loops, int connections) {
    long ended = total(loops, LoopStats.ENDED); // before what had to come first
    long requests = total(loops, LoopStats.REQUESTS);
    return new ServerStats(
        connections,
        total(loops, LoopStats.OPENED),
        requests,
        requests - ended,
        total(loops, LoopStats.REFUSED),
        total(loops, LoopStats.REJECTED),
        total(loops, LoopStats.FAILED),
        total(loops, LoopStats.ABORTED),
        total(loops, LoopStats.BYTES_READ),
        total(loops, LoopStats.BYTES_WRITTEN),
        latencies(loops));
  }

  private static long total(List<LoopStats> loops, int counter) {
    return loops.stream().mapToLong(loop -> loop.get(counter)).sum();
  }

  private static Map<String, ServerStats.Latency> latencies(List<LoopStats> loops) {
    Map<String, ServerStats.Latency> all = new LinkedHashMap<>();
    all.put("queued", latency(loops, loop -> loop.queued));
    all.put("handled", latency(loops, loop -> loop.handled));
    all.put("written", latency(loops, loop -> loop.written));
    all.put("total", latency(loops, loop -> loop.total));
    return all;
  }

  private static ServerStats.Latency latency(
      List<LoopStats> loops, Function<LoopStats, Histogram> part) {
    List<Histogram> parts = new ArrayList<>();
    loops.forEach(loop -> parts.add(part.apply(loop)));
    return Histogram.summary(parts);
  }
}
