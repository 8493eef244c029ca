package weir.stream;

import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;

/** What one does with streams. */
public final class Streams {

  private Streams() {}

  /** Feeds all messages of {@code source} into {@code sink}, with the default options. */
  public static void connect(IEventSource source, IEventSink sink) {
    connect(source, sink, ConnectOptions.DEFAULT);
  }

  /**
   * Feeds all messages of {@code source} into {@code sink}, as fast as its slowest sink takes them.
   * Starts on the calling thread, or on the wait pool if the source blocks.
   */
  public static void connect(IEventSource source, IEventSink sink, ConnectOptions options) {
    Connections home = ForeignStreams.connections(source);
    if (options.shared()) {
      SharedSinks.join(sink);
    }
    home.add(source, new Connection(sink, options, home));
  }
}
