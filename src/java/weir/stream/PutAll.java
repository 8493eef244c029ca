package weir.stream;

import java.util.Iterator;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSink;
import weir.deferred.Deferred;

/** Puts one message after the other, waiting for each. */
final class PutAll extends Outcome {

  private static final Object NO_ERROR = new Object();

  private final IEventSink sink;
  private final Iterator<?> messages;
  private final Deferred<Boolean> result = Deferred.create();

  private PutAll(IEventSink sink, Iterator<?> messages) {
    this.sink = sink;
    this.messages = messages;
  }

  static Deferred<Boolean> start(IEventSink sink, Iterator<?> messages) {
    PutAll all = new PutAll(sink, messages);
    all.run();
    return all.result.realized() && Boolean.TRUE.equals(all.result.successValue(null))
        ? Deferred.TRUE
        : all.result;
  }

  private void run() {
    try {
      while (!result.realized() && messages.hasNext()) {
        Object answer = sink.put(messages.next(), Boolean.FALSE);
        if (answer != Deferred.TRUE && !answered(answer)) {
          return;
        }
      }
      result.success(true);
    } catch (Throwable t) {
      result.error(t);
    }
  }

  /** True to go on; else the result is known, or this is called when the answer comes. */
  private boolean answered(Object answer) {
    if (!(answer instanceof IDeferred d)) {
      return judge(answer);
    }
    if (!d.realized()) {
      of(d, this);
      return false;
    }
    Object error = d.errorValue(NO_ERROR);
    if (error == NO_ERROR) {
      return judge(d.successValue(null));
    }
    result.error(error);
    return false;
  }

  private boolean judge(Object accepted) {
    if (!Args.isTrue(accepted)) {
      result.success(false);
      return false;
    }
    return true;
  }

  @Override
  protected void onSuccess(Object accepted) {
    if (judge(accepted)) {
      run();
    }
  }

  @Override
  protected void onError(Object error) {
    result.error(error);
  }
}
