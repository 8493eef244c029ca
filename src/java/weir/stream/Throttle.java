package weir.stream;

import manifold.stream.core.IEventSource;
import manifold.time.IClock;
import weir.deferred.Deferred;
import weir.time.CurrentClock;

/**
 * Lets messages through at a rate. Each message moves the time at which the next is due by one
 * period, so that late timers do not add up; idle time lets that fall behind, down to the backlog.
 */
final class Throttle implements CallbackSink.Callback {

  private final IClock clock = CurrentClock.get();
  private final double period;
  private final double credit; // ms
  private final Stream<Object> out = Stream.create();
  private double due;

  private Throttle(double maxRate, double maxBacklog) {
    period = 1000 / maxRate;
    credit = Math.max(0, maxBacklog - 1) * period;
    due = CurrentClock.now(clock);
  }

  static IEventSource start(Object s, double maxRate, double maxBacklog) {
    if (!(maxRate > 0)) {
      throw new IllegalArgumentException("max-rate: " + maxRate + " (expected: more than zero)");
    }
    Throttle t = new Throttle(maxRate, maxBacklog);
    ConnectOptions options = Operators.described("throttle");
    Streams.connect(s, new CallbackSink(t, t.out, true, options.description()), options);
    return new SourceView(t.out);
  }

  @Override
  public Object accept(Object message) {
    double now = CurrentClock.now(clock);
    due = Math.max(due, now - credit);
    double wait = due - now;
    due += period;
    if (wait <= 0) {
      return out.put(message);
    }
    Deferred<Object> answer = Deferred.create();
    clock.in(wait, () -> Outcome.forward(out.put(message), answer));
    return answer;
  }
}
