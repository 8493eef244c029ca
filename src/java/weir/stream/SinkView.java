package weir.stream;

import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventStream;

/** A stream of which only the sink can be seen. */
public final class SinkView extends EventStream implements IEventSink, Watchable, Failable {

  private final IEventSink sink;

  SinkView(IEventSink sink) {
    this.sink = sink;
  }

  IEventSink sink() {
    return sink;
  }

  @Override
  public Ending closing() {
    return ForeignStreams.closing(sink);
  }

  @Override
  public Object put(Object x, Object blocking) {
    return sink.put(x, blocking);
  }

  @Override
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    return sink.put(x, blocking, timeout, timeoutVal);
  }

  @Override
  public Object markClosed() {
    return sink.markClosed();
  }

  @Override
  public Object isClosed() {
    return sink.isClosed();
  }

  @Override
  public Object onClosed(Object callback) {
    return sink.onClosed(callback);
  }

  @Override
  public Object description() {
    return ((IEventStream) sink).description();
  }

  @Override
  public Object isSynchronous() {
    return ((IEventStream) sink).isSynchronous();
  }

  @Override
  public Object downstream() {
    return ((IEventStream) sink).downstream();
  }

  @Override
  public Object weakHandle(Object refQueue) {
    return ((IEventStream) sink).weakHandle(refQueue);
  }

  @Override
  public Object close() {
    return ((IEventStream) sink).close();
  }

  @Override
  public void fail(Object error) {
    Ends.close((IEventStream) sink, new Failure(error));
  }

  @Override
  public Object failure(Object dflt) {
    return sink instanceof Failable f ? f.failure(dflt) : dflt;
  }
}
