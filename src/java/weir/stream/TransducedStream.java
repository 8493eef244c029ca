package weir.stream;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.RT;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;

/**
 * A stream whose messages pass through a transducer when they are put. One step runs at a time, so
 * the transducer may keep state, yet nobody waits for a lock: a put that finds a step running leaves
 * its message, and the thread that runs the step goes on with it.
 */
final class TransducedStream<T> extends Stream<T> {

  private static final Logger LOG = LoggerFactory.getLogger(TransducedStream.class);

  /** A message that waits for its step, or the wish to close when there is no ticket. */
  private record Work(Object message, PendingPut ticket, Failure because) {}

  private final IFn step;
  private final Queue<Work> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger todo = new AtomicInteger(); // pieces of work; above zero: owned
  private volatile boolean closing;

  // Only the owner touches these.
  private final List<Object> outputs = new ArrayList<>();
  private Queue<Runnable> later = new ArrayDeque<>();
  private boolean ended; // no more steps
  private boolean finished; // and the last step is done too

  TransducedStream(StreamBuilder<T> b) {
    super(b);
    step = (IFn) b.xform.invoke(new Collect());
  }

  /** The reducing function at the end of the transducer: gathers outputs. */
  private final class Collect extends AFn {
    @Override
    public Object invoke() {
      return null;
    }

    @Override
    public Object invoke(Object acc) {
      return acc;
    }

    @Override
    public Object invoke(Object acc, Object output) {
      outputs.add(output);
      return acc;
    }
  }

  @Override
  public Deferred<Boolean> put(T message) {
    if (closing) {
      return refused();
    }
    if (todo.compareAndSet(0, 1)) {
      Deferred<Boolean> answer = step(message, null);
      finishWork();
      return answer;
    }
    PendingPut ticket = new PendingPut(this, null);
    add(new Work(message, ticket, null));
    return ticket;
  }

  @Override
  public Object close() {
    if (!isPermanent()) {
      requestClose(null);
    }
    return null;
  }

  @Override
  public void fail(Object error) {
    if (!isPermanent()) {
      requestClose(new Failure(error));
    }
  }

  @Override
  public Boolean isClosed() {
    return closing || super.isClosed();
  }

  private void requestClose(Failure because) {
    if (!closing) {
      closing = true;
      add(new Work(null, null, because));
    }
  }

  private void add(Work work) {
    waiting.add(work);
    if (todo.getAndIncrement() == 0) {
      work(waiting.poll());
      finishWork();
    }
  }

  /** As the owner: does all that waits, then lets go, and only then calls foreign code. */
  private void finishWork() {
    for (; ; ) {
      Queue<Runnable> effects = later.isEmpty() ? null : later;
      if (effects != null) {
        later = new ArrayDeque<>(); // for the next owner, from the decrement on
      }
      if (todo.decrementAndGet() == 0) {
        if (effects != null) {
          effects.forEach(Runnable::run);
        }
        return;
      }
      if (effects != null) {
        later = effects;
      }
      work(waiting.poll());
    }
  }

  private void work(Work w) {
    if (w.ticket == null) {
      finish(w.because);
    } else if (!w.ticket.realized()) {
      Deferred<Boolean> answer = step(w.message, w.ticket);
      if (answer != w.ticket) {
        Object value = answer.successValue(null);
        later.add(() -> w.ticket.success(value));
      }
    }
  }

  private Deferred<Boolean> step(Object message, PendingPut ticket) {
    if (ended) {
      return refused();
    }
    Object result;
    try {
      result = step.invoke(null, message);
    } catch (Throwable t) {
      LOG.error("error in a stream's transducer, which closes the stream", t);
      offerOutputs(null);
      if (!isPermanent()) {
        finish(new Failure(t));
      }
      return refused();
    }
    Deferred<Boolean> answer = offerOutputs(ticket);
    if (RT.isReduced(result)) {
      ended = true;
      if (!isPermanent()) {
        finish(null);
      }
    }
    return answer;
  }

  /** The answer for the last of the outputs; true if there are none. */
  private Deferred<Boolean> offerOutputs(PendingPut ticket) {
    Deferred<Boolean> answer = accepted();
    int n = outputs.size();
    for (int i = 0; i < n; i++) {
      boolean last = i == n - 1;
      Object x = outputs.get(i);
      if (last && ticket != null) {
        ticket.message = x;
      }
      answer = offer(x, last ? ticket : null, later);
    }
    outputs.clear();
    return answer;
  }

  /** As the owner: lets the transducer put out what it still holds, then closes. */
  private void finish(Failure because) {
    if (finished) {
      return;
    }
    finished = true;
    ended = true;
    closing = true;
    try {
      step.invoke((Object) null);
    } catch (Throwable t) {
      LOG.error("error in the last step of a stream's transducer", t);
    }
    offerOutputs(null);
    later.add(() -> shut(because));
  }
}
