package weir.http.client;

import io.netty.channel.Channel;
import weir.net.Dialing;

/** A connection in the making. Ends in exactly one of {@code connected} and {@code connectFailed}. */
final class Connecting implements Runnable {

  private final OriginPool pool;
  private volatile Dialing dialing;
  private volatile Channel channel;
  private volatile boolean givenUp;
  private boolean over; // only for the event loop, or the only thread before there is one

  /** How many exchanges wait for it; only for events of the pool. */
  int riders;

  Connecting(OriginPool pool) {
    this.pool = pool;
  }

  /** Starts. */
  @Override
  public void run() {
    try {
      dialing = pool.pool().connector().connect(pool.origin(), this);
    } catch (Throwable t) {
      failed(t);
      return;
    }
    if (givenUp) {
      dialing.cancel();
    }
  }

  /** There is a channel, with its handlers in place. */
  void channel(Channel c) {
    channel = c;
    if (givenUp) {
      c.close();
    }
  }

  OriginPool pool() {
    return pool;
  }

  /** Nobody wants it any more, and nobody shall be given it. */
  void markGivenUp() {
    givenUp = true;
  }

  /** Closes the channel, if there is one by now. */
  void giveUp() {
    Channel c = channel;
    Dialing d = dialing;
    if (c != null) {
      c.close();
    } else if (d != null) {
      d.cancel(); // or whoever starts it sees that it is given up
    }
  }

  boolean isGivenUp() {
    return givenUp;
  }

  /** The connection can take one exchange before it is known how many it takes. */
  void early(ClientConnection connection) {
    if (!over) {
      pool.early(this, connection);
    }
  }

  /** The connection can be used. */
  void ready(ClientConnection connection) {
    if (!over) {
      over = true;
      pool.connected(this, connection);
      connection.tellWhenClosed();
    }
  }

  /** There will be no connection. */
  void failed(Throwable cause) {
    if (!over) {
      over = true;
      Channel c = channel;
      if (c != null) {
        c.close();
      }
      Origin to = pool.origin();
      pool.connectFailed(this, ConnectFailures.translate(cause, to.hostName(), to.port()));
    }
  }
}
