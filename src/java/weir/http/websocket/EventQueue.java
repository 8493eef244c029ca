package weir.http.websocket;

import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;

/**
 * The events of one socket on their way from the loop to the listener, which is called for one at a
 * time, in order, by whichever thread the {@link Carrier} sends.
 *
 * <p>{@code active} tells whether such a thread is under way: whoever adds an event or lets the queue
 * go on sends one if there is none, and else has the present one look again before it leaves.
 */
final class EventQueue {

  private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
  private static final VarHandle ACTIVE;
  private static final VarHandle WAITING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ACTIVE = lookup.findVarHandle(EventQueue.class, "active", int.class);
      WAITING = lookup.findVarHandle(EventQueue.class, "waiting", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int NOBODY = 0;
  private static final int RUNNING = 1;
  private static final int LOOK_AGAIN = 2;

  /** So many bytes may wait until the socket is not read. */
  private static final int MAX_WAITING = 64 * 1024;

  /** After so many events other sockets get their turn. */
  private static final int MAX_IN_A_ROW = 256;

  private final WebSocketSession session;
  private final WebSocketListener listener;
  private final Carrier carrier;
  private Event newest; // only for the loop
  private Event oldest; // the one before the next; only for the thread that runs events
  private boolean failed; // likewise: the listener has thrown, and gets no more messages
  private volatile int active;
  private volatile int waiting; // the weight of what is queued
  private volatile boolean paused;
  private volatile boolean ended;

  EventQueue(WebSocketSession session, WebSocketListener listener, Carrier carrier) {
    this.session = session;
    this.listener = listener;
    this.carrier = carrier;
    newest = new Event(Event.Kind.NOTHING, null);
    oldest = newest;
  }

  /**
   * Adds an event. Only for the loop.
   *
   * @return whether so much waits that the socket must not be read; {@link WebSocketSession#hasRoom}
   *     is called when that is over
   */
  boolean add(Event.Kind kind, Object data) {
    Event event = new Event(kind, data);
    WAITING.getAndAdd(this, event.weight());
    newest.next = event;
    newest = event;
    if (!paused || ended) {
      signal();
    }
    return waiting >= MAX_WAITING; // asked again: on a loop that calls listeners it is handled
  }

  boolean hasRoom() {
    return waiting < MAX_WAITING;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    if (paused) {
      paused = false;
      signal();
    }
  }

  /** The connection is over: nobody may hold up its last events. */
  void end() {
    ended = true;
    signal();
  }

  private void signal() {
    for (; ; ) {
      int a = active;
      if (a == NOBODY && ACTIVE.compareAndSet(this, NOBODY, RUNNING)) {
        carrier.deliver(session);
        return;
      }
      if (a == LOOK_AGAIN || a == RUNNING && ACTIVE.compareAndSet(this, RUNNING, LOOK_AGAIN)) {
        return;
      }
    }
  }

  /**
   * Calls the listener for what waits.
   *
   * @return whether to be called again, after others have had their turn
   */
  boolean run() {
    int left = MAX_IN_A_ROW;
    do {
      active = RUNNING;
      Event event;
      while ((!paused || ended) && (event = oldest.next) != null) {
        if (left-- == 0) {
          return true;
        }
        oldest = event;
        handle(event);
      }
    } while (!ACTIVE.compareAndSet(this, RUNNING, NOBODY));
    return false;
  }

  private void handle(Event event) {
    Object data = event.data;
    int weight = event.weight();
    event.data = null; // the event stays until the next one comes
    int now = (int) WAITING.getAndAdd(this, -weight) - weight;
    if (now < MAX_WAITING && now + weight >= MAX_WAITING) {
      session.tellLoopOfRoom();
    }
    try {
      if (failed && event.isData()) {
        drop(data);
      } else {
        call(event.kind, data);
      }
    } catch (Throwable t) {
      listenerFailed(event, t);
    }
  }

  private static void drop(Object data) {
    if (data instanceof WebSocketFrame frame) {
      frame.release();
    }
  }

  private void call(Event.Kind kind, Object data) throws Exception {
    switch (kind) {
      case OPEN -> listener.onOpen(session);
      case TEXT -> listener.onText(session, new String((byte[]) data, StandardCharsets.UTF_8));
      case BINARY -> listener.onBinary(session, (byte[]) data);
      case FRAGMENT -> listener.onFrame(session, (WebSocketFrame) data);
      case PING -> listener.onPing(session, (byte[]) data);
      case PONG -> {
        Pong pong = (Pong) data;
        pong.awaited().forEach(answer -> answer.success(true));
        listener.onPong(session, pong.data());
      }
      case PEER_CLOSE -> session.answerClose();
      case ERROR -> listener.onError(session, (Throwable) data);
      case CLOSE -> {
        Outgoing.Close close = (Outgoing.Close) data;
        listener.onClose(session, close.code(), close.reason());
      }
      case NOTHING -> {}
    }
  }

  /** A PONG and those who have waited for it. */
  record Pong(byte[] data, List<Deferred<Boolean>> awaited) {}

  private void listenerFailed(Event event, Throwable cause) {
    if (failed || event.kind == Event.Kind.ERROR || event.kind == Event.Kind.CLOSE) {
      LOG.error("the websocket listener failed at {}", event.kind, cause);
      return;
    }
    failed = true;
    if (!(cause instanceof CancellationException)) {
      LOG.error("the websocket listener failed at {}; the socket is closed", event.kind, cause);
    }
    session.listenerFailed();
    try {
      listener.onError(session, cause);
    } catch (Throwable t) {
      LOG.error("the websocket listener failed at {}", Event.Kind.ERROR, t);
    }
  }

  /** Nobody will call the listener for messages any more: the threads have no room. */
  void rejected() {
    failed = true;
  }
}
