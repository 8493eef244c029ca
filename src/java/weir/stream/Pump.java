package weir.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers each message of one source to all connections, and takes the next one only when every sink
 * has answered.
 */
final class Pump extends Puller {

  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
  private static final VarHandle AWAITED;

  static {
    try {
      AWAITED = MethodHandles.lookup().findVarHandle(Pump.class, "awaited", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Connections home;

  /** Answers that are still missing, and one more while the sinks are being asked. */
  private volatile int awaited;

  // The round that waits for asynchronous sinks before it turns to the synchronous ones. Passed
  // from
  // thread to thread by way of `awaited`.
  private Connection[] round;
  private Object roundMessage;
  private int position;

  Pump(IEventSource source, Connections home) {
    super(source);
    this.home = home;
  }

  @Override
  boolean goesOn() {
    return !home.isEmpty() || !home.stopIfEmpty();
  }

  /** The last sink may have gone between the look in {@link #goesOn} and the take. */
  @Override
  boolean wantsMore() {
    return !home.isEmpty();
  }

  // ---- one message

  /** Offers {@code m} to all; true when all have answered, else the last answer resumes. */
  @Override
  boolean accept(Object m) {
    Connection[] sinks = home.snapshot();
    if (sinks.length == 1 && !sinks[0].blocking) {
      awaitFirst();
      return sinks[0].offer(m) || answeredAll();
    }
    boolean missing = false;
    boolean blockingSinks = false;
    awaitFirst();
    for (Connection c : sinks) {
      if (c.blocking) {
        blockingSinks = true;
      } else if (!c.offer(m)) {
        missing = true;
      }
    }
    if (blockingSinks) {
      round = sinks;
      roundMessage = m;
      position = 0;
    }
    return (!missing || answeredAll()) && (!blockingSinks || deliverToBlocking());
  }

  /** Offers the message to one blocking sink after the other. */
  private boolean deliverToBlocking() {
    while (position < round.length) {
      Connection c = round[position++];
      if (c.blocking) {
        awaitFirst();
        if (!c.offer(roundMessage) && !answeredAll()) {
          return false;
        }
      }
    }
    round = null;
    roundMessage = null;
    return true;
  }

  private void awaitFirst() {
    AWAITED.setRelease(this, 1);
  }

  private boolean answeredAll() {
    return (int) AWAITED.getAndAdd(this, -1) == 1;
  }

  /** For a connection whose sink has not answered yet. */
  void awaitOne() {
    AWAITED.getAndAdd(this, 1);
  }

  /** For a connection whose sink has answered or gone. */
  void answered() {
    if (answeredAll()) {
      onItsThread(this::resume);
    }
  }

  private void resume() {
    if (round == null || deliverToBlocking()) {
      run();
    }
  }

  // ---- ending

  @Override
  void end(Failure because) {
    for (Connection c : home.finish()) {
      c.sourceEnded(because);
    }
  }

  /** After the last sink, or one with {@code upstream?}, went: closes the source. */
  void sinkGone(boolean last, Failure because) {
    if (last && withdraw()) {
      closeSource(because);
      onItsThread(this);
      return;
    }
    closeSource(because);
  }

  private void closeSource(Failure because) {
    try {
      Ends.close((IEventStream) source, because);
    } catch (Throwable t) {
      LOG.error("error while closing {}", source.getClass().getName(), t);
    }
  }

  boolean sourceIsSink() {
    return source instanceof manifold.stream.core.IEventSink;
  }
}
