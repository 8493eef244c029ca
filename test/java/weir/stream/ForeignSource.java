package weir.stream;

import clojure.lang.IFn;
import java.util.ArrayList;
import java.util.List;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;

/** A source that implements the interfaces and nothing else. */
final class ForeignSource implements IEventStream, IEventSource {

  final Stream<Object> inside = Stream.create();
  final List<IFn> drainCallbacks = new ArrayList<>();

  @Override
  public Object take(Object dflt, Object blocking) {
    return inside.take(dflt, blocking);
  }

  @Override
  public Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    return inside.take(dflt, blocking, timeout, timeoutVal);
  }

  @Override
  public Object markDrained() {
    return null;
  }

  @Override
  public Object isDrained() {
    return inside.isDrained();
  }

  @Override
  public Object onDrained(Object callback) {
    return drainCallbacks.add((IFn) callback);
  }

  @Override
  public Object connector(Object sink) {
    return null;
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
    return inside.close();
  }
}
