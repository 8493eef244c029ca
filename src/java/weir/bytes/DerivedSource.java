package weir.bytes;

import java.util.concurrent.atomic.AtomicBoolean;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.stream.Failable;

/**
 * A source of another source's messages, each mapped when it is taken; nothing is taken ahead. A
 * message that cannot be mapped is an error and closes both. Closing this closes the other.
 */
final class DerivedSource extends BasicSource implements Failable {

  private final IEventSource source;
  private final Mapping mapping;
  private final AtomicBoolean ended = new AtomicBoolean();

  DerivedSource(Object source, Mapping mapping) {
    this.source = (IEventSource) source;
    this.mapping = mapping;
  }

  @Override
  Deferred<Object> takeAsync(Object dflt) {
    if (hasGivenBack()) {
      Object x = takeGivenBack();
      if (x != PulledSeq.END) {
        return Deferred.of(x);
      }
    }
    Deferred<Object> result = Deferred.create();
    IDeferred taken = (IDeferred) source.take(PulledSeq.END, Boolean.FALSE);
    Taken callback = new Taken(result, dflt);
    if (taken instanceof Deferred<?> d) {
      d.listen(callback);
    } else {
      taken.onRealized(Functions.of(callback::onSuccess), Functions.of(callback::onError));
    }
    return result;
  }

  private final class Taken extends Callback {
    private final Deferred<Object> result;
    private final Object dflt;

    Taken(Deferred<Object> result, Object dflt) {
      this.result = result;
      this.dflt = dflt;
    }

    @Override
    protected void onSuccess(Object message) {
      Object x;
      try {
        x = message == PulledSeq.END ? last() : mapping.apply(message);
      } catch (Throwable t) {
        onError(t);
        return;
      }
      if (x == PulledSeq.END) {
        ended();
        result.success(dflt);
      } else if (!result.success(x)) {
        giveBack(x);
      }
    }

    private Object last() {
      Object x = ended.compareAndSet(false, true) ? mapping.atEnd() : null;
      return x == null ? PulledSeq.END : x;
    }

    @Override
    protected void onError(Object error) {
      close();
      result.error(error);
    }
  }

  @Override
  public void fail(Object error) {
    if (source instanceof Failable f) {
      f.fail(error);
    } else {
      close();
    }
  }

  @Override
  public Object failure(Object dflt) {
    return source instanceof Failable f ? f.failure(dflt) : dflt;
  }

  @Override
  boolean isOver() {
    return Boolean.TRUE.equals(source.isDrained()) && !hasGivenBack();
  }

  @Override
  void closeOnce() throws Exception {
    Closing.closeIfOpen(source);
  }

  @Override
  String kind() {
    return "converted";
  }
}
