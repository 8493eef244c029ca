package weir.stream;

import java.time.Duration;
import java.util.concurrent.Executor;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;
import weir.deferred.Deferred;

/**
 * What programs call on a stream: typed methods, those that any stream has, limits of time, and who
 * hears of the end. Nothing here is under the lock. {@link Stream} is the one implementation.
 *
 * @param <T> the type of the messages
 */
public abstract class StreamSurface<T> extends Guarded
    implements IEventSink, IEventSource, Watchable, Failable {

  final Executor executor;
  final boolean permanent;
  final Deferred<Boolean> yes; // carries the executor, as "no" does
  final Deferred<Boolean> no;
  final Ending whenClosed = new Ending();
  final Ending whenDrained = new Ending();

  StreamSurface(Executor executor, boolean permanent) {
    this.executor = executor;
    this.permanent = permanent;
    yes = executor == null ? Deferred.TRUE : Deferred.of(true, executor);
    no = executor == null ? Deferred.FALSE : Deferred.of(false, executor);
  }

  // ---- putting

  /** Offers {@code message}; true once it is accepted, false if the stream is closed. */
  public abstract Deferred<Boolean> put(T message);

  /**
   * Offers {@code message} for a limited time, after which it is withdrawn.
   *
   * @return true, or false if the time ran out or the stream is closed
   */
  public Deferred<Boolean> put(T message, Duration limit) {
    return Expiry.limit(put(message), limit.toNanos() / 1e6, Boolean.FALSE);
  }

  /** {@inheritDoc} This stream never blocks a thread: the result is a deferred in any case. */
  @Override
  @SuppressWarnings("unchecked") // the interop interface knows no types
  public Object put(Object x, Object blocking) {
    return put((T) x);
  }

  @Override
  @SuppressWarnings("unchecked") // the interop interface knows no types
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    return Expiry.limit(put((T) x), timeout, timeoutVal);
  }

  // ---- taking

  /** Takes the next message; null once the stream is drained. */
  public Deferred<T> take() {
    return takeOr(null);
  }

  /** Takes the next message; {@code whenDrained} once the stream is drained. */
  public abstract Deferred<T> takeOr(T whenDrained);

  /**
   * Takes the next message within a limited time.
   *
   * @return the message, or null if the time ran out or the stream is drained
   */
  public Deferred<T> take(Duration limit) {
    return Expiry.limit(take(), limit.toNanos() / 1e6, null);
  }

  @Override
  @SuppressWarnings("unchecked") // the interop interface knows no types
  public Object take(Object dflt, Object blocking) {
    Deferred<T> d = takeOr((T) dflt);
    return Args.isTrue(blocking) ? Blocking.take(d) : d;
  }

  @Override
  @SuppressWarnings("unchecked") // the interop interface knows no types
  public Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    Deferred<T> d = Expiry.limit(takeOr((T) dflt), timeout, timeoutVal);
    return Args.isTrue(blocking) ? Blocking.take(d) : d;
  }

  // ---- ending

  /**
   * Closes the stream, unless it is permanent. Further puts are refused; what was accepted or is
   * pending remains takeable.
   *
   * @return null
   */
  @Override
  public Object close() {
    if (!permanent) {
      shut(null);
    }
    return null;
  }

  /**
   * Closes the stream because of an error, which {@link #failure} tells and connections pass on. The
   * takers see an ordinary end.
   *
   * @param error any object
   */
  @Override
  public void fail(Object error) {
    if (!permanent) {
      shut(new Failure(error));
    }
  }

  /** Closes even a permanent stream. */
  @Override
  public Object markClosed() {
    shut(null);
    return null;
  }

  /** Closes even a permanent stream and throws away what it holds. */
  @Override
  public Object markDrained() {
    discard();
    return null;
  }

  /** Closes the stream and throws away what it holds: pending puts are answered with false. */
  public abstract void discard();

  /** Closes even a permanent stream, because of an error or of null. */
  abstract void shut(Failure because);

  @Override
  public Object onClosed(Object callback) {
    whenClosed.add((Runnable) callback);
    return null;
  }

  @Override
  public Object onDrained(Object callback) {
    whenDrained.add((Runnable) callback);
    return null;
  }

  /** Calls {@code callback} once the stream is closed. */
  public void onClosed(Runnable callback) {
    whenClosed.add(callback);
  }

  /** Calls {@code callback} once the stream is drained. */
  public void onDrained(Runnable callback) {
    whenDrained.add(callback);
  }

  @Override
  public final Ending closing() {
    return whenClosed;
  }

  // ---- about the stream

  /** The answer that stands for "accepted", on this stream's executor. */
  final Deferred<Boolean> accepted() {
    return yes;
  }

  /** The answer that stands for "refused", on this stream's executor. */
  final Deferred<Boolean> refused() {
    return no;
  }

  @Override
  public Object connector(Object sink) {
    return null;
  }

  /** The executor that the results of puts and takes carry, or null. */
  public final Executor executor() {
    return executor;
  }

  /** True if {@code close} has no effect. */
  public final boolean isPermanent() {
    return permanent;
  }
}
