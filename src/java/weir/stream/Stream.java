package weir.stream;

import clojure.lang.IFn;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.deferred.Propagation;

/**
 * A queue of messages with two ends, both asynchronous: {@link #put} answers true when there was
 * room or a taker, {@link #take} when there is a message. What cannot be served waits, in order.
 *
 * <p>A pending put or take may be realized by anyone, a timeout for example, which withdraws it at
 * once: messages are neither lost nor doubled in such a race. Puts of a closed stream are answered
 * with false; what it still holds remains takeable, and only then it is drained.
 *
 * <h2>Threads</h2>
 *
 * Every method may be called on any thread, and none waits, except those that are named so. What a
 * put or a take sets off runs on the calling thread before the method returns, or on the stream's
 * executor if it has one; never under a lock. Putting, taking, withdrawing and ending change the
 * same few fields under the one lock, which is why they stand together here.
 *
 * @param <T> the type of the messages
 */
public class Stream<T> extends StreamSurface<T> {

  private static final Logger LOG = LoggerFactory.getLogger(Stream.class);

  /** No message at the moment. */
  static final Object NONE = new Object();

  /** No message ever again. */
  static final Object END = new Object();

  private final long capacity;
  private final IFn describe;

  // Written inside the section; the volatile ones are read anywhere.
  private final PutQueue puts = new PutQueue();
  private final TakeQueue takes = new TakeQueue();
  private final MessageRing buffer = new MessageRing();
  private PendingPut freed;
  private volatile boolean closed;
  private volatile boolean drained;
  private volatile Failure failure;

  /** Makes what the builder says. */
  protected Stream(StreamBuilder<T> b) {
    super(b.executor, b.permanent);
    capacity = Math.max(0, b.capacity);
    describe = b.describe;
  }

  // ---- making

  /** Returns a stream without a buffer, on the thread's current executor if there is one. */
  public static <T> Stream<T> create() {
    return new Stream<>(new StreamBuilder<>());
  }

  /** Returns a stream that accepts {@code capacity} messages before puts have to wait. */
  public static <T> Stream<T> buffered(long capacity) {
    return new StreamBuilder<T>().capacity(capacity).build();
  }

  /** Returns a builder of a stream: buffer, executor, transducer and so on. */
  public static <T> StreamBuilder<T> builder() {
    return new StreamBuilder<>();
  }

  // ---- putting

  @Override
  public Deferred<Boolean> put(T message) {
    return offer(message, null, null);
  }

  /**
   * Puts without any transducer.
   *
   * @param ticket what waits if there is no room, or null to make one when needed
   * @param later where to leave the hand-over to a taker, or null to do it now
   */
  final Deferred<Boolean> offer(Object x, PendingPut ticket, Queue<Runnable> later) {
    Taker taker = null;
    Deferred<Boolean> answer = yes;
    enter();
    try {
      if (closed) {
        answer = no;
      } else {
        taker = commitToTaker(x);
        if (taker == null) {
          answer = storeOrWait(x, ticket);
        }
      }
    } finally {
      exit();
    }
    if (taker != null) {
      handOver(taker, x, later);
    }
    return answer == null ? overflow("put", Limits.maxPuts()) : answer;
  }

  /** Inside the section: null when too many are waiting already. */
  private Deferred<Boolean> storeOrWait(Object x, PendingPut ticket) {
    Deferred<Boolean> answer = store(x, ticket);
    if (answer != null || puts.size() >= Limits.maxPuts()) {
      return answer;
    }
    PendingPut p = ticket == null ? new PendingPut(this, x) : ticket;
    if (!p.withdrawn) {
      puts.add(p);
    }
    return p;
  }

  /** Inside the section: finds the oldest taker that has not withdrawn. */
  private Taker commitToTaker(Object x) {
    Taker t;
    while ((t = takes.poll()) != null) {
      if (t.commit(x)) {
        return t;
      }
    }
    return null;
  }

  /** Inside the section: buffers {@code x} if there is room, else returns null. */
  Deferred<Boolean> store(Object x, PendingPut ticket) {
    if (buffer.size() >= capacity) {
      return null;
    }
    buffer.add(x);
    return yes;
  }

  private void handOver(Taker taker, Object x, Queue<Runnable> later) {
    if (later != null) {
      later.add(() -> handOver(taker, x, null));
    } else if (executor == null || taker.runsInline()) {
      Propagation.deliver(taker, x);
    } else {
      onExecutor(() -> taker.receive(x));
    }
  }

  private void onExecutor(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.warn("executor {} rejected a stream's message, which is now handled inline", executor, e);
      work.run();
    }
  }

  private Deferred<Boolean> overflow(String what, int limit) {
    String text = "more than " + limit + " pending " + what + "s at one stream";
    LOG.warn("{}, which {}: {}", text, permanent ? "refuses this one" : "closes it", this);
    fail(new IllegalStateException(text));
    return no;
  }

  // ---- taking

  @Override
  @SuppressWarnings("unchecked") // messages come from put, which takes a T
  public Deferred<T> takeOr(T whenDrained) {
    PendingTake<T> waiting = null;
    Object x;
    PendingPut accepted;
    boolean end;
    enter();
    try {
      x = next();
      if (x == NONE && takes.size() < Limits.maxTakes()) {
        waiting = new PendingTake<>(this, whenDrained);
        takes.add(waiting.place);
      }
      accepted = freed;
      if (accepted != null) {
        freed = null;
      }
      end = closed && becomesDrained();
    } finally {
      exit();
    }
    if (end || accepted != null) {
      afterTake(accepted, end);
    }
    if (waiting != null) {
      return waiting;
    }
    if (x == NONE) {
      overflow("take", Limits.maxTakes());
    }
    return Deferred.of(x == NONE || x == END ? whenDrained : (T) x, executor);
  }

  /**
   * Takes without making a deferred.
   *
   * @param taker is called with the next message if there is none now; null just to look
   * @return a message, {@link #NONE}, or {@link #END}
   */
  final Object receive(Taker taker) {
    Object x;
    PendingPut accepted;
    boolean end;
    boolean overflow = false;
    enter();
    try {
      x = next();
      if (x == NONE && taker != null) {
        overflow = takes.size() >= Limits.maxTakes();
        if (!overflow) {
          takes.add(taker);
          waits(taker, takes.size() == 1);
        }
      }
      accepted = freed;
      if (accepted != null) {
        freed = null;
      }
      end = closed && becomesDrained();
    } finally {
      exit();
    }
    if (end || accepted != null && !(taker != null && taker.owes(accepted))) {
      afterTake(accepted, end);
    }
    if (overflow) {
      overflow("take", Limits.maxTakes());
      return END;
    }
    return x;
  }

  /** Inside the section: {@code taker} has begun to wait, behind others unless it is alone. */
  void waits(Taker taker, boolean alone) {}

  /** Whether several takers wait; racy, which costs at most a turn. */
  final boolean isShared() {
    return takes.size() > 1;
  }

  /** Inside the section: the next message, {@link #NONE} or {@link #END}. */
  private Object next() {
    if (buffer.size() > 0) {
      Object x = unstore();
      refill();
      return x;
    }
    PendingPut p;
    while ((p = puts.poll()) != null) {
      if (p.settleWith(Boolean.TRUE)) {
        free(p);
        return p.message;
      }
    }
    return closed ? END : NONE;
  }

  /** Inside the section: takes the oldest message out of the buffer, which is not empty. */
  Object unstore() {
    return buffer.poll();
  }

  /** Inside the section, after a message left the buffer: lets waiting ones in. */
  void refill() {
    PendingPut p;
    while (buffer.size() < capacity && (p = puts.poll()) != null) {
      if (p.settleWith(Boolean.TRUE)) {
        buffer.add(p.message);
        free(p);
      }
    }
  }

  /** Inside the section: remembers a settled put, whose callbacks run after the section. */
  final void free(PendingPut p) {
    p.next = null;
    if (freed == null) {
      freed = p;
    } else {
      PendingPut last = freed;
      while (last.next != null) {
        last = last.next;
      }
      last.next = p;
    }
  }

  private void afterTake(PendingPut accepted, boolean end) {
    if (end) {
      whenDrained.happen();
    }
    for (PendingPut p = accepted; p != null; ) {
      PendingPut following = p.next;
      p.next = null;
      p.release();
      p = following;
    }
  }

  // ---- withdrawing

  final void withdraw(PendingPut p) {
    boolean end;
    enter();
    try {
      p.withdrawn = true;
      if (p.queued) {
        forget(p);
      }
      end = becomesDrained();
    } finally {
      exit();
    }
    if (end) {
      whenDrained.happen();
    }
  }

  /** Inside the section: removes a put that was claimed by somebody else. */
  void forget(PendingPut p) {
    puts.remove(p);
    p.message = null;
  }

  /** Returns true if {@code taker} was waiting, and is not any more. */
  final boolean withdraw(Taker taker) {
    enter();
    try {
      if (!taker.queued) {
        return false;
      }
      takes.remove(taker);
      return true;
    } finally {
      exit();
    }
  }

  // ---- ending

  /** The error that closed this stream, or {@code dflt}. */
  @Override
  public final Object failure(Object dflt) {
    Failure f = failure;
    return f == null ? dflt : f.error();
  }

  final Failure because() {
    return failure;
  }

  @Override
  public void discard() {
    shut(null);
    boolean end;
    enter();
    try {
      throwAway();
      end = becomesDrained();
    } finally {
      PendingPut refused = freed;
      freed = null;
      exit();
      afterTake(refused, false);
    }
    if (end) {
      whenDrained.happen();
    }
  }

  /** Inside the section: answers all puts with false and empties the buffer. */
  void throwAway() {
    buffer.clear();
    PendingPut p;
    while ((p = puts.poll()) != null) {
      if (p.settleWith(Boolean.FALSE)) {
        p.message = null;
        free(p);
      }
    }
  }

  @Override
  final void shut(Failure because) {
    Taker[] waiting;
    boolean end;
    enter();
    try {
      if (closed) {
        return;
      }
      failure = because;
      closed = true;
      waiting = takes.drain();
      for (Taker t : waiting) {
        t.commitEnd();
      }
      end = becomesDrained();
    } finally {
      exit();
    }
    for (Taker t : waiting) {
      end(t);
    }
    whenClosed.happen();
    if (end) {
      whenDrained.happen();
    }
  }

  private void end(Taker t) {
    if (executor == null || t.runsInline()) {
      Propagation.run(t::ended);
    } else {
      onExecutor(t::ended);
    }
  }

  /** Inside the section: true once, when nothing is left of a closed stream. */
  private boolean becomesDrained() {
    if (!closed || drained || buffer.size() > 0 || puts.size() > 0) {
      return false;
    }
    drained = true;
    return true;
  }

  @Override
  public Boolean isClosed() {
    return closed;
  }

  @Override
  public Boolean isDrained() {
    return drained;
  }

  // ---- about the stream

  @Override
  public Object description() {
    int pendingPuts;
    int pendingTakes;
    long buffered;
    enter();
    try {
      pendingPuts = puts.size();
      pendingTakes = takes.size();
      buffered = buffered();
    } finally {
      exit();
    }
    Object map =
        Describe.map(
            "manifold",
            "sink?",
            true,
            "source?",
            true,
            "pending-puts",
            pendingPuts,
            "pending-takes",
            pendingTakes,
            "buffer-size",
            buffered,
            "buffer-capacity",
            capacity,
            "permanent?",
            permanent,
            "closed?",
            closed,
            "drained?",
            drained);
    return describe == null ? map : describe.invoke(map);
  }

  /** For the section of a subclass. */
  final MessageRing ring() {
    return buffer;
  }

  /** For the section of a subclass: the puts that found no room. */
  final PutQueue waiting() {
    return puts;
  }

  /** Inside the section: how much is buffered, in the unit of the capacity. */
  long buffered() {
    return buffer.size();
  }
}
