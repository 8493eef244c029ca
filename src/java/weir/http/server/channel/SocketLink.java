package weir.http.server.channel;

import clojure.lang.IFn;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.httpkit.server.Frame;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.executor.NonBlockingThread;
import weir.http.server.Upgradable;
import weir.http.server.WebSocketUpgrade;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.CloseCode;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketException;
import weir.http.websocket.WebSocketListener;

/**
 * The WebSocket of a channel. What is sent before the handshake is through waits here; what comes is
 * not handed on before the handler is ready for it.
 */
final class SocketLink implements WebSocketListener {

  private final ResponseChannel channel;
  private final ChannelHub hub;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Deque<Object> early = new ArrayDeque<>();
  private WebSocket socket;
  private boolean ready;
  private boolean closing;

  private volatile IFn onReceive;
  private volatile IFn onPing;

  SocketLink(ResponseChannel channel, ChannelHub hub) {
    this.channel = channel;
    this.hub = hub;
  }

  /** Answers the handshake, which was checked. */
  void accept(Upgradable exchange, AcceptOptions options) {
    WebSocketUpgrade.accept(exchange, options, this)
        .onRealized(
            Functions.of(opened -> {}),
            Functions.of(error -> channel.socketClosed(CloseCode.ABNORMAL, false)));
  }

  // ---- the program's callbacks

  void onReceive(IFn f) {
    if (onReceive != null) {
      throw new IllegalStateException("the channel has an on-receive callback already");
    }
    onReceive = f;
  }

  void onPing(IFn f) {
    if (onPing != null) {
      throw new IllegalStateException("the channel has an on-ping callback already");
    }
    onPing = f;
  }

  boolean hasReceiver() {
    return onReceive != null;
  }

  /** From now on messages are handed on. */
  void ready() {
    lock.lock();
    try {
      if (!ready) {
        ready = true;
        if (socket != null) {
          socket.resume();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- sending

  /**
   * Sends a message.
   *
   * @param answer realized with whether it was written, or null
   * @return false if the socket is closed, or was now because the peer reads too slowly
   */
  boolean send(Object message, Deferred<Boolean> answer) {
    WebSocket open;
    lock.lock();
    try {
      if (closing) {
        return false;
      }
      if (socket == null) {
        early.add(message);
        if (answer != null) {
          answer.success(true);
        }
        return true;
      }
      open = socket;
    } finally {
      lock.unlock();
    }
    if (message instanceof Frame.PingFrame ping) {
      return sendPing(open, ping, answer);
    }
    return send(open, message, answer);
  }

  private static boolean sendPing(WebSocket open, Frame.PingFrame ping, Deferred<Boolean> answer) {
    boolean sent = open.sendPing(ping.data);
    if (answer != null) {
      answer.success(sent);
    }
    return sent;
  }

  private boolean send(WebSocket open, Object message, Deferred<Boolean> answer) {
    ChannelHub.Settings settings = hub.settings();
    if (answer == null && open.unsentBytes() <= settings.bufferBytes()) {
      return open.offer(message);
    }
    if (answer == null && settings.overflow() == Overflow.CLOSE) {
      hub.journal().warn("a WebSocket was cut because its peer reads too slowly: " + channel, null);
      open.abort();
      return false;
    }
    Deferred<Boolean> written = open.send(message);
    if (answer != null) {
      written.onRealized(
          Functions.of(sent -> answer.success((Boolean) sent)),
          Functions.of(error -> answer.error(error)));
      return open.isOpen();
    }
    if (Thread.currentThread() instanceof NonBlockingThread) {
      return open.isOpen();
    }
    return Boolean.TRUE.equals(written.deref());
  }

  long unsentBytes() {
    lock.lock();
    try {
      return socket == null ? 0 : socket.unsentBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Starts the closing handshake. */
  void close(int code) {
    WebSocket open;
    lock.lock();
    try {
      closing = true;
      open = socket;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close(code, "");
    }
  }

  // ---- WebSocketListener

  @Override
  public void onOpen(WebSocket opened) {
    boolean closeNow;
    lock.lock();
    try {
      for (Object message : early) {
        if (message instanceof Frame.PingFrame ping) {
          opened.sendPing(ping.data);
        } else {
          opened.offer(message);
        }
      }
      early.clear();
      socket = opened;
      closeNow = closing;
      if (!ready) {
        opened.pause();
      }
    } finally {
      lock.unlock();
    }
    if (closeNow) {
      opened.close(CloseCode.NORMAL, "");
    }
  }

  @Override
  public void onText(WebSocket from, String text) {
    receive(onReceive, text);
  }

  @Override
  public void onBinary(WebSocket from, byte[] data) {
    receive(onReceive, data);
  }

  @Override
  public void onPing(WebSocket from, byte[] data) {
    receive(onPing, data);
  }

  @Override
  public void onError(WebSocket from, Throwable cause) {
    if (cause instanceof WebSocketException) { // else the peer has gone, or we have failed
      hub.journal().warn("a peer broke the WebSocket protocol: " + channel, cause);
      hub.journal().event("serverWsDecodeError");
    }
  }

  @Override
  public void onClose(WebSocket from, int code, String reason) {
    channel.socketClosed(code, from.peerCloseCode() >= 0);
  }

  private void receive(IFn callback, Object message) {
    if (callback == null) {
      return;
    }
    try {
      callback.invoke(message);
    } catch (Throwable t) {
      hub.journal().error("a WebSocket's callback failed: " + channel, t);
      hub.journal().event("serverWsFrameError");
    }
  }
}
