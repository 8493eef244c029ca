package weir.stream;

import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;

/** A sink and a source in one object: what goes in need not be what comes out. */
public final class SplicedStream extends EventStream
    implements IEventSink, IEventSource, Watchable, Failable, Sided {

  private final IEventSink sink;
  private final IEventSource source;

  SplicedStream(IEventSink sink, IEventSource source) {
    this.sink = sink;
    this.source = source;
  }

  @Override
  public IEventSource source() {
    return source;
  }

  @Override
  public Object closingSide() {
    return sink;
  }

  @Override
  public Ending closing() {
    return ForeignStreams.closing(sink);
  }

  @Override
  public Connections connections() {
    return ForeignStreams.connections(source);
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
  public Object connector(Object s) {
    return source.connector(s);
  }

  @Override
  public Object description() {
    return Describe.map(
        "splice",
        "sink",
        ((IEventStream) sink).description(),
        "source",
        ((IEventStream) source).description());
  }

  @Override
  public Object isSynchronous() {
    return Args.isTrue(((IEventStream) sink).isSynchronous())
        || Args.isTrue(((IEventStream) source).isSynchronous());
  }

  @Override
  public Object downstream() {
    return ((IEventStream) source).downstream();
  }

  /** Closes the source, then the sink. */
  @Override
  public Object close() {
    ((IEventStream) source).close();
    ((IEventStream) sink).close();
    return null;
  }

  @Override
  public void fail(Object error) {
    Failure because = new Failure(error);
    Ends.close((IEventStream) source, because);
    Ends.close((IEventStream) sink, because);
  }

  @Override
  public Object failure(Object dflt) {
    return source instanceof Failable f ? f.failure(dflt) : dflt;
  }
}
