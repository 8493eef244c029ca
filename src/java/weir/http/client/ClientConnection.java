package weir.http.client;

import io.netty.channel.EventLoop;

/**
 * What a pool knows of a connection, whatever is spoken on it: that it runs so many exchanges at the
 * same time, each under a {@link Lease}. The methods may be called on any thread.
 */
interface ClientConnection {

  /** Returns what the pool notes about it. */
  Slot slot();

  /** Returns the loop that its exchanges run on. */
  EventLoop eventLoop();

  /**
   * Returns how many exchanges it may run at the same time: 1 with HTTP/1, what the server allows with
   * HTTP/2, and 0 when it takes no more of them.
   */
  int room();

  /** Returns whether exchanges share it, so that it may be given away while some run. */
  boolean isMultiplexed();

  /** Returns the right to run one exchange, which ends with exactly one release, or the connection. */
  Lease lease();

  /** Closes it. */
  void close();

  /** Tells the pool, once, when it is closed. Only for its event loop. */
  void tellWhenClosed();

  /** What a pool notes about a connection. Only for events of the pool. */
  final class Slot {

    /** How many exchanges have it. */
    int leases;

    /** It is closed once nobody has it any more. */
    boolean draining;

    /** It is closed. */
    boolean gone;

    /** One exchange has it before all is known of it, and nobody else. */
    boolean early;

    /** When it became idle. */
    long idleSince;
  }
}
