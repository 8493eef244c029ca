package weir.http.body;

import io.netty.channel.Channel;

/**
 * Decides whether the socket is read. Several parties may hold it closed for reasons of their own;
 * it is open when nobody does. Only for the event loop.
 */
public final class ReadGate {

  /** The body's buffer is full. */
  public static final int BODY = 1;

  /** As many requests as allowed wait for their response. */
  public static final int PIPELINE = 2;

  /** The peer does not read what we write. */
  public static final int WRITES = 4;

  /** No further request will be read on this connection. */
  public static final int CLOSING = 8;

  /** It is not known yet in which protocol the next bytes are. */
  public static final int UPGRADE = 16;

  /** More waits unread than the connection may hold, beside all others. */
  public static final int UNREAD = 32;

  private final Channel channel;
  private int reasons;

  /** Creates an open gate. */
  public ReadGate(Channel channel) {
    this.channel = channel;
  }

  /** Returns whether the socket is read. */
  public boolean isOpen() {
    return reasons == 0;
  }

  /** Returns whether the gate is open but for a reason. */
  public boolean isOpenBut(int reason) {
    return (reasons & ~reason) == 0;
  }

  /** Closes the gate for a reason. */
  public void close(int reason) {
    if (reasons == 0) {
      channel.config().setAutoRead(false);
    }
    reasons |= reason;
  }

  /** Takes a reason back; the gate opens when it was the last one. */
  public void open(int reason) {
    if (reasons == 0) {
      return;
    }
    reasons &= ~reason;
    if (reasons == 0) {
      channel.config().setAutoRead(true);
    }
  }

  /** Opens the gate, whoever has closed it. */
  public void openAll() {
    open(reasons);
  }

  /** Closes or opens the gate for a reason. */
  public void set(int reason, boolean closed) {
    if (closed) {
      close(reason);
    } else {
      open(reason);
    }
  }
}
