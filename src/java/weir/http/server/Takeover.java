package weir.http.server;

import io.netty.channel.Channel;

/** What a connection is given to when HTTP ends on it. Exactly one of the methods is called. */
public interface Takeover {

  /**
   * The response has been sent and the connection is free. Add handlers to the end of its pipeline:
   * they get the bytes that came behind the request, and then all others. On the event loop.
   */
  void taken(Channel channel);

  /** The connection is gone, or the request was answered already. On any thread. */
  void lost(Throwable cause);
}
