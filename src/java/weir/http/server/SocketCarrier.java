package weir.http.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;
import weir.executor.BlockingCalls;
import weir.executor.Pools;
import weir.http.websocket.Carrier;
import weir.http.websocket.WebSocketSession;

/** Gives a WebSocket's events to the threads of the server's handlers, as requests are given. */
final class SocketCarrier extends OutboxItem implements Carrier, Handoff.Job {

  private static final VarHandle WORKER;

  static {
    try {
      WORKER = MethodHandles.lookup().findVarHandle(SocketCarrier.class, "worker", Worker.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ServerLoop loop;
  private final Dispatcher dispatcher;
  private WebSocketSession session; // always the same, once it is known
  private volatile Worker worker; // that runs events at the moment, if one does

  SocketCarrier(ServerLoop loop, Dispatcher dispatcher) {
    this.loop = loop;
    this.dispatcher = dispatcher;
  }

  // ---- to the listener

  @Override
  public void deliver(WebSocketSession of) {
    session = of;
    loop.run(this::dispatch);
  }

  private void dispatch() {
    try {
      dispatcher.run(loop, this);
    } catch (RejectedExecutionException e) {
      rejected();
    }
  }

  @Override
  public void run(Worker current) {
    if (current == null ? session.runEvents() : runEvents(current)) {
      loop.later(this::dispatch);
    }
  }

  /** A listener that waits for what it has sent must not wait for the watchdog as well. */
  private boolean runEvents(Worker current) {
    worker = current;
    BlockingCalls.beforeWaiting(current.publisher());
    try {
      return session.runEvents();
    } finally {
      BlockingCalls.beforeWaiting(null);
      // Another thread may run events already; that it is not known as their worker costs it
      // little.
      WORKER.compareAndSet(this, current, null);
    }
  }

  /** The executor has no room: the peer is told to come again, and the listener that it is over. */
  private void rejected() {
    session.overloaded();
    Pools.waitPool().execute(() -> run(null));
  }

  // ---- back to the loop

  @Override
  public void outgoing(WebSocketSession of) {
    session = of;
    Worker w = worker;
    if (w != null && w.isCurrent()) {
      w.finished(loop, this);
    } else {
      loop.outbox().add(this);
      loop.outbox().publish();
    }
  }

  @Override
  void arrive() {
    session.writeOutgoing();
  }

  @Override
  void discard() {
    session.writeOutgoing(); // which finds the connection gone
  }
}
