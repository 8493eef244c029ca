package weir.http.server.channel;

import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.ReentrantLock;
import org.httpkit.server.AsyncChannel;
import org.httpkit.server.Frame;
import weir.deferred.Deferred;
import weir.executor.Pools;
import weir.http.Endpoints;
import weir.http.server.Upgradable;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.CloseCode;
import weir.http.websocket.ServerHandshake;

/**
 * The response to one request, given by whoever has the channel and whenever: at once, in pieces, or
 * as the messages of a WebSocket. It belongs to its request for ever, so one that is kept for too long
 * is closed and cannot disturb the connection's next request.
 *
 * <p>Any thread may call it. A call of {@code send} is never mixed with another.
 */
public final class ResponseChannel extends AsyncChannel {

  private enum Phase {
    UNANSWERED,
    STREAMING,
    SOCKET,
    CLOSED
  }

  private final ChannelHub hub;
  private final Upgradable exchange;
  private final boolean websocket;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private Phase phase = Phase.UNANSWERED;
  private boolean claimed;
  private IPersistentMap around; // what middleware has made of the handler's response
  private ChannelBody body;
  private IFn onClose;

  private volatile Keyword status; // why it is closed, null while it is open
  private volatile SocketLink socket; // made once

  ResponseChannel(ChannelHub hub, Upgradable exchange, boolean websocket) {
    this.hub = hub;
    this.exchange = exchange;
    this.websocket = websocket;
  }

  // ---- what the program asks

  /** Returns whether neither side has closed it. */
  public boolean isOpen() {
    return status == null;
  }

  /** Returns whether its request has asked for a WebSocket. */
  public boolean isWebSocket() {
    return websocket;
  }

  /** Returns how many bytes were sent here and wait for the peer to read. */
  public long unsentBytes() {
    SocketLink link = socket;
    if (link != null) {
      return link.unsentBytes();
    }
    lock.lock();
    try {
      return body == null ? 0 : body.unsent();
    } finally {
      lock.unlock();
    }
  }

  // ---- sending

  /**
   * Sends a response, or a piece of one, or a message.
   *
   * @param data a response map, or a body
   * @param close whether this is the end
   * @return false if the channel is closed; true says that the data is on its way
   */
  public boolean send(Object data, boolean close) {
    awaitRoom();
    return send(data, close, null);
  }

  /**
   * Sends like {@link #send(Object, boolean)}, and tells when the peer's side has taken it.
   *
   * @return whether it was written
   */
  public Deferred<Boolean> sendAsync(Object data, boolean close) {
    Deferred<Boolean> answer = Deferred.create(null);
    if (!send(data, close, answer)) {
      answer.success(false);
    }
    return answer;
  }

  private boolean send(Object data, boolean close, Deferred<Boolean> answer) {
    if (socket != null && phase == Phase.SOCKET) {
      return sendMessage(data, close, answer);
    }
    boolean ended;
    lock.lock();
    try {
      switch (phase) {
        case UNANSWERED -> {
          if (!take()) {
            return false;
          }
          ended = begin(data, close, answer);
        }
        case STREAMING -> ended = goOn(data, close, answer);
        case SOCKET -> {
          return sendMessage(data, close, answer);
        }
        default -> {
          return false;
        }
      }
    } finally {
      lock.unlock();
    }
    if (ended) {
      callBack();
    }
    return body == null || !close || ended;
  }

  /** Takes the response into its hands; under the lock. Returns false if somebody has given it. */
  private boolean take() {
    if (!claimed) {
      if (!exchange.claim()) {
        closed(CloseStatus.SERVER_CLOSE);
        return false;
      }
      claimed = true;
      hub.add(this);
      exchange.onGone(this::peerGone);
    }
    return phase != Phase.CLOSED;
  }

  private boolean begin(Object data, boolean close, Deferred<Boolean> answer) {
    IPersistentMap response = ResponseMaps.first(data, around);
    long code = ResponseMaps.status(response);
    if (close || isHead() || ResponseMaps.isBodyless(code)) {
      answerWhole(response);
      closed(CloseStatus.SERVER_CLOSE);
      succeed(answer);
      return true;
    }
    ChannelBody stream = new ChannelBody(Pools.waitPool(), this::peerGone);
    Object first = response.valAt(ResponseMaps.BODY);
    if (first != null) {
      stream.add(first, answer);
    } else {
      succeed(answer);
    }
    answer(response.assoc(ResponseMaps.BODY, stream));
    body = stream;
    phase = Phase.STREAMING;
    return false;
  }

  /** It is closed by the time the peer can have the response. */
  private void answerWhole(IPersistentMap response) {
    status = CloseStatus.SERVER_CLOSE;
    try {
      answer(response);
    } catch (RuntimeException e) {
      status = null;
      throw e;
    }
  }

  private void answer(IPersistentMap response) {
    boolean keepsLength = isHead() && !hub.settings().countsHeadBodies();
    exchange.answer(ResponseMaps.translate(response, keepsLength));
    hub.journal().processed(response);
  }

  private boolean goOn(Object data, boolean close, Deferred<Boolean> answer) {
    if (answer == null && body.unsent() > hub.settings().bufferBytes()) {
      hub.journal().warn("a response was cut because its peer reads too slowly: " + this, null);
      body.cut(new IOException("the peer reads too slowly: over :channel-buffer-size"));
      closed(CloseStatus.SERVER_CLOSE);
      return true;
    }
    Object piece = ResponseMaps.more(data);
    if (piece != null) {
      body.add(piece, answer);
    } else {
      succeed(answer);
    }
    if (close) {
      body.end();
      closed(CloseStatus.SERVER_CLOSE);
    }
    return close;
  }

  private static void succeed(Deferred<Boolean> answer) {
    if (answer != null) {
      answer.success(true);
    }
  }

  private void awaitRoom() {
    ChannelBody stream = body;
    if (stream == null || hub.settings().overflow() != Overflow.BLOCK) {
      return;
    }
    try {
      stream.awaitRoom(hub.settings().bufferBytes());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean sendMessage(Object data, boolean close, Deferred<Boolean> answer) {
    if (!isOpen()) {
      return false;
    }
    Object message = data instanceof IPersistentMap map ? map.valAt(ResponseMaps.BODY) : data;
    if (message == null && data instanceof IPersistentMap) {
      throw new IllegalArgumentException("a map without a :body (expected: a message)");
    }
    boolean sent = true;
    if (message != null) {
      sent = socket.send(message(message), answer);
    } else {
      succeed(answer);
    }
    if (close) {
      close();
    }
    return sent;
  }

  private static Object message(Object message) {
    if (message instanceof InputStream in) {
      try (in) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    if (message instanceof String
        || message instanceof byte[]
        || message instanceof Frame.PingFrame) {
      return message;
    }
    throw new IllegalArgumentException(
        "a message of "
            + message.getClass()
            + " (expected: a String, byte[], InputStream or Frame.PingFrame)");
  }

  // ---- closing

  /**
   * Ends the response, with an empty 200 if there is none yet; or starts the closing handshake.
   *
   * @return whether this call has closed it
   */
  public boolean close() {
    lock.lock();
    try {
      switch (phase) {
        case UNANSWERED -> {
          if (!take()) {
            return false;
          }
          answerWhole(ResponseMaps.first(PersistentArrayMap.EMPTY, around));
        }
        case STREAMING -> body.end();
        case SOCKET -> {
          if (status != null) {
            return false;
          }
          status = CloseStatus.SERVER_CLOSE; // the callback comes last, after those of messages
          socket.close(hub.isStopping() ? CloseCode.GOING_AWAY : CloseCode.NORMAL);
          return true;
        }
        default -> {
          return false;
        }
      }
      closed(CloseStatus.SERVER_CLOSE);
    } finally {
      lock.unlock();
    }
    callBack();
    return true;
  }

  /** Sets what is called, with the status, once it is closed; at once if it is. */
  public void onClose(IFn f) {
    Keyword known;
    lock.lock();
    try {
      if (onClose != null) {
        throw new IllegalStateException("the channel has an on-close callback already");
      }
      onClose = f;
      known = phase == Phase.CLOSED ? status : null;
    } finally {
      lock.unlock();
    }
    if (known != null) {
      f.invoke(known);
    }
  }

  /** Under the lock. */
  private void closed(Keyword why) {
    phase = Phase.CLOSED;
    if (status == null) {
      status = why;
    }
    hub.remove(this);
  }

  private void callBack() {
    IFn callback;
    lock.lock();
    callback = onClose;
    lock.unlock();
    if (callback == null) {
      return;
    }
    try {
      callback.invoke(status);
    } catch (Throwable t) {
      hub.journal().error("an on-close callback failed: " + this, t);
      hub.journal().event("serverChannelCloseError");
    }
  }

  /** The connection has gone before the end of the response. On the event loop. */
  private void peerGone() {
    lock.lock();
    try {
      if (phase == Phase.CLOSED || phase == Phase.SOCKET) {
        return;
      }
      closed(hub.isStopping() ? CloseStatus.SERVER_CLOSE : CloseStatus.CLIENT_CLOSE);
    } finally {
      lock.unlock();
    }
    hub.run(this::callBack);
  }

  /** The server stops, and waits no longer. */
  void serverStops() {
    lock.lock();
    try {
      if (phase == Phase.UNANSWERED && claimed) {
        exchange.answer(unavailable());
        closed(CloseStatus.SERVER_CLOSE);
      } else if (phase == Phase.STREAMING) {
        body.end();
        closed(CloseStatus.SERVER_CLOSE);
      } else {
        return;
      }
    } finally {
      lock.unlock();
    }
    hub.run(this::callBack);
  }

  private static IPersistentMap unavailable() {
    return RT.map(ResponseMaps.STATUS, 503L);
  }

  // ---- WebSocket

  /** Returns whether the request is a handshake that can be answered. */
  public boolean isHandshake() {
    return ServerHandshake.of(exchange, options()).refusal() == null;
  }

  /** Sets what is called with each message. */
  public void onReceive(IFn f) {
    link().onReceive(f);
    if (phase == Phase.SOCKET) {
      ready();
    }
  }

  /** Sets what is called with the bytes of each PING, which is answered before. */
  public void onPing(IFn f) {
    link().onPing(f);
  }

  /**
   * Answers the handshake, which was checked. Messages wait until {@link #ready}.
   *
   * @return false if the response was given already
   */
  public boolean upgrade() {
    SocketLink link = link();
    lock.lock();
    try {
      if (phase != Phase.UNANSWERED || claimed) {
        return false;
      }
      phase = Phase.SOCKET;
      claimed = true;
    } finally {
      lock.unlock();
    }
    link.accept(exchange, options());
    return true;
  }

  /** From now on messages are handed on. */
  public void ready() {
    SocketLink link = socket;
    if (link != null) {
      link.ready();
    }
  }

  /** Lets messages come if there is a callback for them. */
  public void opened() {
    SocketLink link = socket;
    if (link != null && link.hasReceiver()) {
      link.ready();
    }
  }

  private AcceptOptions options() {
    return hub.settings().sockets();
  }

  private SocketLink link() {
    lock.lock();
    try {
      if (socket == null) {
        socket = new SocketLink(this, hub);
      }
      return socket;
    } finally {
      lock.unlock();
    }
  }

  /** The WebSocket is over, and its last message was handed on. */
  void socketClosed(int code, boolean byPeer) {
    lock.lock();
    try {
      if (phase == Phase.CLOSED) {
        return;
      }
      boolean ours = hub.isStopping() && (!byPeer || code == CloseCode.GOING_AWAY);
      closed(
          ours
              ? CloseStatus.SERVER_CLOSE
              : byPeer ? CloseStatus.ofFrame(code) : CloseStatus.of(code));
    } finally {
      lock.unlock();
    }
    callBack();
  }

  // ---- for the application

  /**
   * The handler has returned a response with this channel as its body.
   *
   * @return false if it is not the channel's to give
   */
  boolean adopt(IPersistentMap response) {
    ready();
    lock.lock();
    try {
      if (claimed) {
        return true;
      }
      around = response.without(ResponseMaps.BODY);
      return take();
    } finally {
      lock.unlock();
    }
  }

  /** The handler has answered by itself, or failed: the channel is of no use any more. */
  void abandon() {
    lock.lock();
    try {
      if (claimed || phase == Phase.CLOSED) {
        return;
      }
      closed(CloseStatus.SERVER_CLOSE);
    } finally {
      lock.unlock();
    }
    callBack();
  }

  /**
   * The handler has failed.
   *
   * @param reply the answer to give if there was none
   * @return whether the response is the channel's business, so that the server cannot answer
   */
  boolean handlerFailed(IPersistentMap reply) {
    ready();
    lock.lock();
    try {
      if (!claimed) {
        closed(CloseStatus.SERVER_CLOSE);
      } else if (phase == Phase.UNANSWERED) {
        exchange.answer(reply);
        closed(CloseStatus.SERVER_CLOSE);
      } else {
        return true;
      }
    } finally {
      lock.unlock();
    }
    callBack();
    return claimed;
  }

  private boolean isHead() {
    return exchange.method() == HttpMethod.HEAD;
  }

  @Override
  public String toString() {
    Endpoints endpoints = exchange.endpoints();
    return endpoints.local() + "<->" + endpoints.remote();
  }
}
