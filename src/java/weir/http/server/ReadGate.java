package weir.http.server;

import io.netty.channel.Channel;

/**
 * Decides whether the socket is read. Several parties may hold it closed for reasons of their own;
 * it is open when nobody does. Only for the event loop.
 */
final class ReadGate {

  /** The request body's buffer is full. */
  static final int BODY = 1;

  /** As many requests as allowed wait for their response. */
  static final int PIPELINE = 2;

  /** The peer does not read what we write. */
  static final int WRITES = 4;

  /** No further request will be read on this connection. */
  static final int CLOSING = 8;

  private final Channel channel;
  private int reasons;

  ReadGate(Channel channel) {
    this.channel = channel;
  }

  void close(int reason) {
    if (reasons == 0) {
      channel.config().setAutoRead(false);
    }
    reasons |= reason;
  }

  void open(int reason) {
    if (reasons == 0) {
      return;
    }
    reasons &= ~reason;
    if (reasons == 0) {
      channel.config().setAutoRead(true);
    }
  }

  void set(int reason, boolean closed) {
    if (closed) {
      close(reason);
    } else {
      open(reason);
    }
  }
}
