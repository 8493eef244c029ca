package weir.stream;

import clojure.lang.IMeta;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.PersistentVector;
import clojure.lang.RT;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventStream;
import weir.deferred.Deferred;

/**
 * A sink that hands each message to a function. What the function returns, or the deferred of it, is
 * the answer: false ends the connection, anything else asks for more. Has an optional sink behind it,
 * which is closed in its place.
 */
public final class CallbackSink extends EventStream implements IEventSink, Watchable, Failable {

  /** What a {@link CallbackSink} calls. */
  @FunctionalInterface
  public interface Callback {
    /**
     * Takes one message.
     *
     * @return false to get no more; may be a deferred
     */
    Object accept(Object message);
  }

  private static final Keyword ERROR = Keyword.intern("error");

  private final Callback callback;
  private final IEventSink behind;
  private final Object description;
  private final boolean eager;
  private final Ending closed = new Ending();
  private final Ending whenEnded = new Ending();
  private final Deferred<Boolean> result = Deferred.create();
  private volatile Failure failure;

  /**
   * @param behind the sink that is closed in place of this one, or null
   * @param eager end the connection as soon as {@code behind} is closed, not with the next message
   */
  CallbackSink(Callback callback, IEventSink behind, boolean eager, Object description) {
    this.callback = Carrying.callback(callback);
    this.behind = behind;
    this.description = description;
    this.eager = eager;
  }

  /** Calls {@code f} with the error, or null, when the connection to this has ended. */
  void onEnd(java.util.function.Consumer<Failure> f) {
    whenEnded.add(() -> f.accept(failure));
  }

  /** True once the connection to this has ended, whatever the reason. */
  Deferred<Boolean> result() {
    return result;
  }

  /** For the connection: it has ended. The reason, if it is an error, is in the result's metadata. */
  void disconnected(Failure because) {
    if (because != null) {
      failure = because;
      result.resetMeta(new PersistentArrayMap(new Object[] {ERROR, because.error()}));
    }
    whenEnded.happen();
    result.success(Boolean.TRUE);
  }

  @Override
  public Object put(Object x, Object blocking) {
    Object answer = callback.accept(x);
    if (answer == Deferred.TRUE && blocking == Boolean.FALSE) {
      return answer; // what nearly all are
    }
    answer = Answers.of(answer);
    return Args.isTrue(blocking) ? Blocking.answer(answer) : answer;
  }

  @Override
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    Object answer = Answers.limit(Answers.of(callback.accept(x)), timeout, timeoutVal);
    return Args.isTrue(blocking) ? Blocking.answer(answer) : answer;
  }

  @Override
  public Object close() {
    closed.happen();
    return behind == null ? null : ((IEventStream) behind).close();
  }

  @Override
  public void fail(Object error) {
    failure = new Failure(error);
    closed.happen();
    if (behind != null) {
      Ends.close((IEventStream) behind, failure);
    }
  }

  @Override
  public Object failure(Object dflt) {
    Failure f = failure;
    return f == null ? dflt : f.error();
  }

  /** The error that the metadata of a {@link #result} tells, or {@code dflt}. */
  static Object failureOf(Object result, Object dflt) {
    IPersistentMap meta = result instanceof IMeta m ? m.meta() : null;
    return meta == null ? dflt : meta.valAt(ERROR, dflt);
  }

  @Override
  public Object markClosed() {
    return close();
  }

  @Override
  public Object isClosed() {
    return behind == null ? closed.happened() : behind.isClosed();
  }

  @Override
  public Object onClosed(Object f) {
    if (behind == null) {
      closed.add((Runnable) f);
      return null;
    }
    return behind.onClosed(f);
  }

  @Override
  public Ending closing() {
    return eager && behind != null ? ForeignStreams.closing(behind) : closed;
  }

  @Override
  public Object description() {
    return Describe.map("callback");
  }

  @Override
  public Object downstream() {
    return behind == null ? null : RT.list(PersistentVector.create(description, behind));
  }

  @Override
  public Object weakHandle(Object refQueue) {
    if (behind == null) {
      throw new IllegalArgumentException(
          "a callback sink with nothing behind it has no weak handle");
    }
    return ((IEventStream) behind).weakHandle(refQueue);
  }
}
