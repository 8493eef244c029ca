package weir.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;

/** One sink, connected to one source. Ends once, whichever side is the reason. */
final class Connection extends Outcome {

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final VarHandle STATE;

  private static final int IDLE = 0;
  private static final int WAITING = 1; // the sink has not answered yet; the pump counts on it
  private static final int ENDED = 2;

  private static final Object TIMED_OUT = new Object();
  private static final Object NO_ERROR = new Object();

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Connection.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final IEventSink sink;
  final ConnectOptions options;
  final boolean blocking;
  private final Connections home;
  private volatile int state;

  Connection(IEventSink sink, ConnectOptions options, Connections home) {
    this.sink = sink;
    this.options = options;
    this.home = home;
    this.blocking = Args.isTrue(((manifold.stream.core.IEventStream) sink).isSynchronous());
  }

  // ---- a message

  /** Offers a message; true when the sink has answered, else the pump will be told. */
  boolean offer(Object m) {
    if (state == ENDED) {
      return true;
    }
    Object answer;
    try {
      answer =
          options.timeout() == null
              ? sink.put(m, Boolean.FALSE)
              : sink.put(m, Boolean.FALSE, options.timeout(), TIMED_OUT);
    } catch (Throwable t) {
      failed(t);
      return true;
    }
    return answer == Deferred.TRUE || (answer instanceof IDeferred d ? await(d) : judge(answer));
  }

  private boolean await(IDeferred answer) {
    if (!answer.realized()) {
      home.pump().awaitOne();
      if (answer instanceof PendingPut put) {
        put.byPump = true;
      }
      if (STATE.compareAndSet(this, IDLE, WAITING)) {
        Outcome.of(answer, this);
      } else {
        home.pump().answered(); // ended meanwhile; the pump itself still holds one, so it goes on
      }
      return false;
    }
    Object error = answer.errorValue(NO_ERROR);
    if (error == NO_ERROR) {
      return judge(answer.successValue(null));
    }
    failed(error);
    return true;
  }

  @Override
  protected void onSuccess(Object answer) {
    if (STATE.compareAndSet(this, WAITING, IDLE)) {
      judge(answer);
      home.pump().answered();
    }
  }

  @Override
  protected void onError(Object error) {
    if (STATE.compareAndSet(this, WAITING, IDLE)) {
      failed(error);
      home.pump().answered();
    }
  }

  /** Always true: the sink has answered. */
  private boolean judge(Object answer) {
    if (answer == TIMED_OUT) {
      sever(null);
      if (options.downstream()) {
        closeSink(null);
      }
    } else if (Boolean.FALSE.equals(answer)
        || (answer == null && !(sink instanceof CallbackSink))) {
      sever(null);
    }
    return true;
  }

  private void failed(Object error) {
    Failure f = new Failure(error);
    LOG.error("error in a put to {}: {}", describe(), error, Puller.throwable(error));
    sever(f);
    closeSink(f);
  }

  private Object describe() {
    return options.description() == null ? sink.getClass().getName() : options.description();
  }

  // ---- the end

  /** The sink takes no more: forgets it, and closes the source if nothing else holds it open. */
  private void sever(Failure because) {
    int before = (int) STATE.getAndSet(this, ENDED);
    if (before == ENDED) {
      return;
    }
    boolean last = home.remove(this);
    ended(because);
    if (options.shared()) {
      SharedSinks.leave(sink);
    }
    Pump pump = home.pump();
    if (last || (options.upstream() && pump.sourceIsSink())) {
      pump.sinkGone(last, because);
    }
    if (before == WAITING) {
      pump.answered();
    }
  }

  /** For the pump: nothing comes any more. */
  void sourceEnded(Failure because) {
    int before = (int) STATE.getAndSet(this, ENDED);
    if (before != ENDED) {
      boolean last = !options.shared() || SharedSinks.leave(sink);
      if (options.downstream() && last) {
        closeSink(because);
      }
      ended(because);
    }
  }

  private void ended(Failure because) {
    if (sink instanceof CallbackSink c) {
      c.disconnected(because);
    }
  }

  private void closeSink(Failure because) {
    try {
      Ends.close((manifold.stream.core.IEventStream) sink, because);
    } catch (Throwable t) {
      LOG.error("error while closing {}", describe(), t);
    }
  }

  // ---- the sink's closing

  /** Ends this connection at once when the sink is closed, not with the next message. */
  void watch() {
    ForeignStreams.closing(sink).add(new CloseWatch(this));
  }

  /** In the sink's hands: must not keep the source alive. */
  private static final class CloseWatch extends Ending.Entry {
    private final WeakReference<Connection> connection;

    CloseWatch(Connection c) {
      this(new WeakReference<>(c));
    }

    private CloseWatch(WeakReference<Connection> connection) {
      this.connection = connection;
    }

    @Override
    CloseWatch copy() {
      return new CloseWatch(connection);
    }

    @Override
    void run() {
      Connection c = connection.get();
      if (c != null) {
        c.sever(null);
      }
    }

    @Override
    boolean isDead() {
      Connection c = connection.get();
      return c == null || c.state == ENDED;
    }
  }
}
