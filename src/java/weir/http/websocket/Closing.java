package weir.http.websocket;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How a connection ends, RFC 6455 §7. Whoever closes first decides about the code. When both sides
 * have sent their Close, the server closes the connection and the client waits for that; nobody waits
 * for longer than the close timeout.
 */
final class Closing {

  private static final VarHandle FIRST;

  static {
    try {
      FIRST = MethodHandles.lookup().findVarHandle(Closing.class, "first", Outgoing.Close.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How long what a peer that broke the protocol still sends is dropped before the end. */
  private static final long LINGER_MILLIS = 1000;

  private static final Outgoing.Close CUT = new Outgoing.Close(CloseCode.ABNORMAL, "");

  private final WebSocketSession session;
  private final boolean server;
  private final Duration timeout;

  private volatile Outgoing.Close first; // null while open; any thread closes
  private volatile Outgoing.Close peers; // null until the peer's Close comes; the loop writes it

  // Only for the event loop.
  private boolean sent;
  private boolean inputEnded;
  private Future<?> timer;

  Closing(WebSocketSession session, boolean server, Duration timeout) {
    this.session = session;
    this.server = server;
    this.timeout = timeout;
  }

  // ---- any thread

  boolean isOpen() {
    return first == null;
  }

  /** Returns true for the one who closes first. */
  boolean begin(int code, String reason) {
    int shown = code == CloseCode.WITHOUT ? CloseCode.NONE : code;
    return begin(new Outgoing.Close(shown, reason == null ? "" : reason));
  }

  private boolean begin(Outgoing.Close close) {
    return FIRST.compareAndSet(this, null, close);
  }

  /** There will be no Close. */
  boolean cut() {
    return begin(CUT);
  }

  /** Returns what decided, null while open. */
  Outgoing.Close first() {
    return first;
  }

  /** Returns the peer's Close, or null. */
  Outgoing.Close peers() {
    return peers;
  }

  // ---- the loop

  /** Returns whether our Close has been written: nothing may follow it. */
  boolean isSent() {
    return sent;
  }

  /** Writes our Close and waits for the peer's. */
  void send(int code, String reason) {
    sent = true;
    session.writer().close(code, reason);
    session.readAll();
    if (peers != null) {
      bothHaveClosed();
    } else {
      limit(timeout.toMillis());
    }
  }

  /**
   * The peer's Close has come.
   *
   * @return whether to call {@link #answer} when the messages before it were handled: they may have
   *     answers
   */
  boolean peerClosed(int code, String reason) {
    peers = new Outgoing.Close(code, reason);
    if (sent) {
      bothHaveClosed();
      return false;
    }
    stopTimer();
    timer =
        session
            .context()
            .executor()
            .schedule(this::answer, timeout.toMillis(), TimeUnit.MILLISECONDS);
    return true;
  }

  /** Answers the peer's Close with the same, unless ours is sent or about to be. */
  void answer() {
    if (!sent && begin(peers)) {
      session.writeOutgoing(); // what was sent before this
      if (!sent) {
        send(peers.code(), peers.reason());
      }
    }
  }

  /** Nothing more comes on a stream of HTTP/2: only an answer to the peer's Close is still due. */
  void inputEnded() {
    inputEnded = true;
    if (peers == null || sent) {
      session.writer().flushLast().addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void bothHaveClosed() {
    if (server || inputEnded) {
      session.writer().flushLast().addListener(ChannelFutureListener.CLOSE);
    } else {
      session.flushSoon();
    }
    limit(timeout.toMillis());
  }

  /**
   * The peer has done something that ends the connection. Nothing more is read: what comes is dropped
   * for a moment, because closing a socket with unread bytes resets it, and the peer might never see
   * our Close.
   */
  void fail(int code, String reason) {
    begin(new Outgoing.Close(code, reason));
    session.writeOutgoing(); // what was sent before, maybe our Close among it
    if (!sent) {
      send(code, reason);
    }
    session.writer().flushLast().addListener(this::linger);
  }

  private void linger(Future<?> written) {
    ChannelHandlerContext ctx = session.context();
    if (!written.isSuccess()) {
      ctx.close();
      return;
    }
    if (ctx.channel() instanceof DuplexChannel duplex
        && ctx.pipeline().get(SslHandler.class) == null) {
      duplex.shutdownOutput();
    }
    limit(Math.min(LINGER_MILLIS, timeout.toMillis()));
  }

  private void limit(long millis) {
    stopTimer();
    ChannelHandlerContext ctx = session.context();
    timer = ctx.executor().schedule(() -> ctx.close(), millis, TimeUnit.MILLISECONDS);
  }

  void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
