package weir.stream;

import weir.deferred.Callback;
import weir.deferred.Deferred;

/**
 * A put that waits, which is also its place in the queue. Realizing it from outside withdraws the
 * message: the claim is what decides between that and a take, and the loser does nothing.
 */
final class PendingPut extends Deferred<Boolean> {

  final Stream<?> stream;

  // The rest is guarded by the stream's section.
  Object message;
  PendingPut prev;
  PendingPut next;
  boolean queued;
  boolean withdrawn;
  long size; // for a stream that measures its messages
  boolean stored; // the message is in the buffer, only the answer waits
  private Callback settled;

  /** True if a pump waits for this; racy, and a stale false only costs a detour. */
  boolean byPump;

  PendingPut(Stream<?> stream, Object message) {
    super(stream.executor());
    this.stream = stream;
    this.message = message;
  }

  /** Answers the put inside the section; false if it was withdrawn. {@link #release} must follow. */
  boolean settleWith(Boolean answer) {
    settled = settle(answer);
    return settled != null;
  }

  /** Calls the callbacks, outside the section. */
  void release() {
    release(settled);
  }

  @Override
  public Object claim() {
    Object token = super.claim();
    if (token != null) {
      stream.withdraw(this);
    }
    return token;
  }

  @Override
  public Boolean success(Object value) {
    Object token = claim();
    return token != null && success(value, token);
  }

  @Override
  public Boolean error(Object error) {
    Object token = claim();
    return token != null && error(error, token);
  }
}
