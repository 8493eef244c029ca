package weir.stream;

import manifold.stream.core.IEventSink;

/** A sink that keeps its own record of being closed. */
abstract class SimpleSink extends EventStream implements IEventSink, Watchable, Failable {

  private final Ending closed = new Ending();
  private volatile Failure failure;

  @Override
  public Ending closing() {
    return closed;
  }

  @Override
  public Object markClosed() {
    closed.happen();
    return null;
  }

  @Override
  public Object close() {
    return markClosed();
  }

  @Override
  public Object isClosed() {
    return closed.happened();
  }

  @Override
  public Object onClosed(Object callback) {
    closed.add((Runnable) callback);
    return null;
  }

  @Override
  public void fail(Object error) {
    failure = new Failure(error);
    close();
  }

  @Override
  public Object failure(Object dflt) {
    Failure f = failure;
    return f == null ? dflt : f.error();
  }
}
