package weir.stream;

import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;

/** A stream of which only the source can be seen. Closing it closes the stream. */
public final class SourceView extends EventStream implements IEventSource, Failable, Sided {

  private final IEventSource source;

  SourceView(IEventSource source) {
    this.source = source;
  }

  @Override
  public IEventSource source() {
    return source;
  }

  @Override
  public Object closingSide() {
    return source;
  }

  @Override
  public Connections connections() {
    return ForeignStreams.connections(source);
  }

  @Override
  public Object take(Object dflt, Object blocking) {
    return source.take(dflt, blocking);
  }

  @Override
  public Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    return source.take(dflt, blocking, timeout, timeoutVal);
  }

  @Override
  public Object markDrained() {
    return source.markDrained();
  }

  @Override
  public Object isDrained() {
    return source.isDrained();
  }

  @Override
  public Object onDrained(Object callback) {
    return source.onDrained(callback);
  }

  @Override
  public Object connector(Object sink) {
    return source.connector(sink);
  }

  @Override
  public Object description() {
    return ((IEventStream) source).description();
  }

  @Override
  public Object isSynchronous() {
    return ((IEventStream) source).isSynchronous();
  }

  @Override
  public Object downstream() {
    return ((IEventStream) source).downstream();
  }

  @Override
  public Object weakHandle(Object refQueue) {
    return ((IEventStream) source).weakHandle(refQueue);
  }

  @Override
  public Object close() {
    return ((IEventStream) source).close();
  }

  @Override
  public void fail(Object error) {
    Ends.close((IEventStream) source, new Failure(error));
  }

  @Override
  public Object failure(Object dflt) {
    return source instanceof Failable f ? f.failure(dflt) : dflt;
  }
}
