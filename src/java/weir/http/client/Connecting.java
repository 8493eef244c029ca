package weir.http.client;

import aleph.utils.ConnectionTimeoutException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import weir.net.tls.Failures;

/** A connection in the making. Ends in exactly one of {@code connected} and {@code connectFailed}. */
final class Connecting implements Runnable {

  private final OriginPool pool;
  private volatile Channel channel;
  private volatile boolean givenUp;
  private boolean over; // only for the event loop, or the only thread before there is one

  /** For whom it is made, or null; only for events of the pool. */
  Exchange owner;

  Connecting(OriginPool pool) {
    this.pool = pool;
  }

  /** Starts. */
  @Override
  public void run() {
    try {
      ChannelFuture connect = pool.pool().connector().connect(pool.origin(), this);
      connect.addListener(done -> finish(connect));
    } catch (Throwable t) {
      failed(t);
    }
  }

  private void finish(ChannelFuture connect) {
    if (!connect.isSuccess()) {
      failed(connect.cause());
    }
    // otherwise the pipeline says when the connection is ready
  }

  /** There is a channel, not yet connected. */
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
    if (c != null) {
      c.close();
    }
  }

  boolean isGivenUp() {
    return givenUp;
  }

  /** The connection can be used. */
  void ready(Http1ClientConnection connection) {
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
      pool.connectFailed(this, translate(cause));
    }
  }

  private Throwable translate(Throwable cause) {
    return cause instanceof ConnectTimeoutException
        ? new ConnectionTimeoutException(cause.getMessage(), cause)
        : Failures.atClient(cause, pool.origin().hostName(), pool.origin().port());
  }
}
