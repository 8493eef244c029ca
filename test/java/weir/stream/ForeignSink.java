package weir.stream;

import clojure.lang.IFn;
import java.util.ArrayList;
import java.util.List;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventStream;
import weir.deferred.Deferred;

/** A sink that implements the interfaces and nothing else. */
final class ForeignSink implements IEventStream, IEventSink {

  final List<Object> messages = new ArrayList<>();
  final List<IFn> callbacks = new ArrayList<>();
  boolean closed;

  @Override
  public Object put(Object x, Object blocking) {
    if (!closed) {
      messages.add(x);
    }
    return Deferred.of(!closed);
  }

  @Override
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    return put(x, blocking);
  }

  @Override
  public Object markClosed() {
    closed = true;
    callbacks.forEach(IFn::invoke);
    return null;
  }

  @Override
  public Object isClosed() {
    return closed;
  }

  @Override
  public Object onClosed(Object callback) {
    return callbacks.add((IFn) callback);
  }

  @Override
  public Object description() {
    return null;
  }

  @Override
  public Object isSynchronous() {
    return false;
  }

  @Override
  public Object downstream() {
    return null;
  }

  @Override
  public Object weakHandle(Object refQueue) {
    return null;
  }

  @Override
  public Object close() {
    return markClosed();
  }
}
