package weir.stream;

import clojure.lang.PersistentVector;
import clojure.lang.RT;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import manifold.stream.core.IEventSource;

/**
 * What is connected downstream of one source, in the order of connecting. Belongs to the source and
 * is reachable from nowhere else, except from what the pump is waiting for.
 */
public final class Connections {

  private static final Connection[] NO_CONNECTIONS = {};

  private final ReentrantLock lock = new ReentrantLock(); // short sections, no foreign code inside
  private volatile Connection[] all = NO_CONNECTIONS;
  private boolean pumping; // guarded by lock
  private Pump pump; // guarded by lock

  /** Makes an empty set of connections. */
  public Connections() {}

  boolean isEmpty() {
    return all.length == 0;
  }

  /** The connections at this moment; not to be written to. */
  Connection[] snapshot() {
    return all;
  }

  /** A seq of pairs of description and sink, or null when nothing is connected. */
  public Object downstream() {
    List<Object> pairs = new ArrayList<>();
    for (Connection c : all) {
      pairs.add(PersistentVector.create(c.options.description(), c.sink));
    }
    return RT.seq(pairs);
  }

  /** Adds a connection and starts the pump unless it runs. */
  void add(IEventSource source, Connection c) {
    boolean start;
    lock.lock();
    try {
      Connection[] more = java.util.Arrays.copyOf(all, all.length + 1);
      more[all.length] = c;
      all = more;
      start = !pumping;
      pumping = true;
      if (pump == null) {
        pump = new Pump(source, this);
      }
    } finally {
      lock.unlock();
    }
    c.watch();
    if (start) {
      pump.start();
    }
  }

  /** Removes a connection; true if it was the last one. */
  boolean remove(Connection c) {
    lock.lock();
    try {
      List<Connection> rest = new ArrayList<>(List.of(all));
      return rest.remove(c) && set(rest);
    } finally {
      lock.unlock();
    }
  }

  private boolean set(List<Connection> connections) {
    all = connections.isEmpty() ? NO_CONNECTIONS : connections.toArray(NO_CONNECTIONS);
    return connections.isEmpty();
  }

  /** For the pump, when it found nothing connected: true if it may stop. */
  boolean stopIfEmpty() {
    lock.lock();
    try {
      if (all.length > 0) {
        return false;
      }
      pumping = false;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** For the pump, at the end of the source: takes all connections away. */
  Connection[] finish() {
    lock.lock();
    try {
      Connection[] ended = all;
      all = NO_CONNECTIONS;
      pumping = false;
      return ended;
    } finally {
      lock.unlock();
    }
  }

  Pump pump() {
    lock.lock();
    try {
      return pump;
    } finally {
      lock.unlock();
    }
  }
}
