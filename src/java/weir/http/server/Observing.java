package weir.http.server;

import io.netty.handler.logging.LoggingHandler;
import weir.http.ServerListener;

/**
 * What of a server's work is told to whom.
 *
 * @param statistics whether it is counted
 * @param listener who hears each event, or null
 * @param accessLog whether each request is logged
 * @param traffic logs what goes over the connections, or null
 */
public record Observing(
    boolean statistics, ServerListener listener, boolean accessLog, LoggingHandler traffic) {

  /** Nothing, to nobody. */
  public static final Observing NOTHING = new Observing(false, null, false, null);

  boolean observesRequests() {
    return statistics || listener != null || accessLog;
  }

  boolean observesConnections() {
    return statistics || listener != null;
  }
}
