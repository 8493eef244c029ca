package weir.bytes;

import clojure.lang.AFn;
import clojure.lang.ASeq;
import clojure.lang.IDeref;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import clojure.lang.LazySeq;
import clojure.lang.Obj;
import clojure.lang.PersistentList;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import manifold.stream.core.IEventSource;

/**
 * A sequence whose elements are pulled when they are asked for, and what they are pulled from is
 * closed: at the end, on failure, or by {@code close}, whichever comes first, once. An element
 * asked for after an early close is an IOException, so that a cut sequence never looks complete.
 *
 * <p>Every cell holds the source, so dropping the head closes nothing.
 */
final class PulledSeq extends ASeq implements Closeable {

  private static final long serialVersionUID = 1;

  static final Object END = new Object();

  /** Where elements come from. Used by one thread at a time. */
  interface Puller {
    /** Returns the next element, or {@link #END}, after which it is not called again. */
    Object pull() throws Exception;

    /** Called at most once: at the end, after a failure, or early. */
    void close() throws Exception;
  }

  /** What all cells of one sequence share. */
  private static final class Run {
    final Puller puller;
    final ReentrantLock lock = new ReentrantLock(); // not a monitor: pulling may block
    boolean over;

    Run(Puller puller) {
      this.puller = puller;
    }

    PulledSeq cell() {
      try {
        Object x = puller.pull();
        if (x != END) {
          return new PulledSeq(null, this, x);
        }
      } catch (Throwable t) {
        over = true;
        Closing.closeAll(java.util.List.of((AutoCloseable) puller::close), t);
        throw Closing.sneaky(t);
      }
      close();
      return null;
    }

    void close() {
      if (!over) {
        over = true;
        try {
          puller.close();
        } catch (Exception e) {
          throw Closing.sneaky(e);
        }
      }
    }
  }

  private final transient Run run;
  private final transient Object first;
  private transient volatile Object next; // null: not pulled yet; END: none; else the next cell

  private PulledSeq(IPersistentMap meta, Run run, Object first) {
    super(meta);
    this.run = run;
    this.first = first;
  }

  // ---- making

  /** Pulls the first element; returns null if there is none. */
  static ISeq of(Puller puller) {
    return new Run(puller).cell();
  }

  /** Returns the elements of {@code x}, whose close is also the result's, each mapped by {@code f}. */
  static ISeq map(Object x, Mapping f) {
    return of(new Mapped(x, f, () -> Closing.closeIfOpen(x)));
  }

  /** Returns the elements of {@code x} as they are; {@code close} runs at the end. */
  static ISeq closing(Object x, Closer close) {
    return of(new Mapped(x, e -> e, close));
  }

  /** As {@link #closing}, but unless {@code atEnd} only {@code close} itself closes. */
  static ISeq closing(Object x, boolean atEnd, Closer close) {
    if (atEnd) {
      return closing(x, close);
    }
    Mapped elements =
        new Mapped(x, e -> e, close) {
          private boolean over;

          @Override
          public Object pull() throws Exception {
            Object e = super.pull();
            over = e == END;
            return e;
          }

          @Override
          public void close() throws Exception {
            if (!over) {
              super.close();
            }
          }
        };
    return of(elements);
  }

  /** Returns the messages of a source; the thread that asks for an element waits for it. */
  static ISeq ofSource(Object source) {
    return of(
        new Puller() {
          @Override
          public Object pull() {
            Object d = ((IEventSource) source).take(END, Boolean.FALSE);
            Object x = d instanceof IDeref waiting ? waiting.deref() : d;
            Throwable failure = x == END ? Sources.failure(source) : null;
            if (failure != null) {
              throw Closing.sneaky(failure);
            }
            return x;
          }

          @Override
          public void close() throws Exception {
            Closing.closeIfOpen(source);
          }
        });
  }

  /** Something to do once. */
  interface Closer {
    void close() throws Exception;
  }

  private static class Mapped implements Puller {
    private Iterator<?> rest; // null until the first pull
    private Object origin; // null from then on, so that the head is not held
    private boolean ended;
    private final Mapping f;
    private final Closer closer;

    Mapped(Object x, Mapping f, Closer closer) {
      this.origin = x;
      this.f = f;
      this.closer = closer;
    }

    @Override
    public Object pull() throws Exception {
      if (rest == null) {
        rest = Elements.of(origin);
        origin = null;
      }
      if (rest.hasNext()) {
        return f.apply(rest.next());
      }
      Object last = ended ? null : f.atEnd();
      ended = true;
      return last == null ? END : last;
    }

    @Override
    public void close() throws Exception {
      closer.close();
    }
  }

  // ---- being a sequence

  @Override
  public Object first() {
    return first;
  }

  @Override
  public ISeq next() {
    Object n = next;
    return n == null ? pullNext() : n == END ? null : (ISeq) n;
  }

  /** Unlike {@link #next}, pulls nothing yet. */
  @Override
  public ISeq more() {
    if (next != null) {
      return next == END ? PersistentList.EMPTY : (ISeq) next;
    }
    return new LazySeq(
        new AFn() {
          @Override
          public Object invoke() {
            return next();
          }
        });
  }

  private ISeq pullNext() {
    run.lock.lock();
    try {
      if (next == null) {
        if (run.over) {
          throw Closing.sneaky(new IOException("this sequence was closed before its end"));
        }
        next = Objects.requireNonNullElse(run.cell(), END);
      }
      return next == END ? null : (ISeq) next;
    } finally {
      run.lock.unlock();
    }
  }

  /** Closes what the elements come from; what was pulled before stays. */
  @Override
  public void close() {
    run.lock.lock();
    try {
      run.close();
    } finally {
      run.lock.unlock();
    }
  }

  @Override
  public Obj withMeta(IPersistentMap meta) {
    PulledSeq copy = new PulledSeq(meta, run, first);
    copy.next = next();
    if (copy.next == null) {
      copy.next = END;
    }
    return copy;
  }
}
