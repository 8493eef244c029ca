package weir.http.websocket;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentHashMap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.stream.ChunkedInput;
import java.nio.ByteBuffer;
import manifold.stream.core.IEventSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;
import weir.http.body.Pieces;
import weir.stream.Ending;
import weir.stream.EventStream;
import weir.stream.Failable;
import weir.stream.Watchable;

/** The end of a WebSocket's stream that messages are put into. A put is accepted when it is written. */
final class WebSocketSink extends EventStream implements IEventSink, Watchable, Failable {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketSink.class);

  private final WebSocket socket;
  private final IPersistentMap handshakeHeaders; // null on servers
  private final Ending closed = new Ending();
  private volatile Object failure;

  WebSocketSink(WebSocket socket, IPersistentMap handshakeHeaders) {
    this.socket = socket;
    this.handshakeHeaders = handshakeHeaders;
  }

  // ---- putting

  @Override
  public Object put(Object x, Object blocking) {
    Deferred<?> answer = offer(x);
    return blocking == null || Boolean.FALSE.equals(blocking) ? answer : answer.deref();
  }

  @Override
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    Object limited = offer(x);
    if (timeout != null) {
      // A copy: a message that is on its way cannot be withdrawn, and tells nobody any more.
      Deferred<Object> copy = Deferred.create(null);
      Deferreds.connect((Deferred<?>) limited, copy);
      limited = Deferreds.timeout(copy, (Number) timeout, timeoutVal);
    }
    boolean wait = blocking != null && !Boolean.FALSE.equals(blocking);
    return wait ? ((Deferred<?>) limited).deref() : limited;
  }

  private Deferred<?> offer(Object x) {
    if (x instanceof CharSequence
        || x instanceof byte[]
        || x == null
        || x instanceof ByteBuffer
        || x instanceof ByteBuf
        || x instanceof PreparedMessage
        || x instanceof WebSocketFrame) {
      return socket.send(x);
    }
    if (x instanceof Commands.Ping ping) {
      Deferreds.connect(socket.ping(ping.payload()), ping.answer());
      return Deferred.TRUE;
    }
    if (x instanceof Commands.Close close) {
      Deferreds.connect(socket.close(close.code(), close.reason()), close.answer());
      closed.happen();
      return Deferred.TRUE;
    }
    if (x instanceof ChunkedInput<?> chunks) {
      return new Chunks(socket, chunks).send();
    }
    return convert(x);
  }

  private Deferred<?> convert(Object x) {
    try {
      return socket.send(Pieces.toByteBuf(x));
    } catch (Exception e) {
      LOG.error("cannot send {} over a websocket, which is closed", x.getClass().getName(), e);
      socket.abort();
      closed.happen();
      return Deferred.FALSE;
    }
  }

  /** Sends pieces one after the other, each as the socket takes the one before. */
  private static final class Chunks extends Callback {
    private final WebSocket socket;
    private final ChunkedInput<?> chunks;
    private final Deferred<Object> done = Deferred.create(null);

    Chunks(WebSocket socket, ChunkedInput<?> chunks) {
      this.socket = socket;
      this.chunks = chunks;
    }

    Deferred<Object> send() {
      onSuccess(true);
      return done;
    }

    @Override
    protected void onSuccess(Object written) {
      try {
        Object piece = null;
        while (Boolean.TRUE.equals(written) && piece == null && !chunks.isEndOfInput()) {
          piece = chunks.readChunk(ByteBufAllocator.DEFAULT);
        }
        if (piece == null) {
          chunks.close();
          done.success(written);
        } else {
          socket.send(piece).listen(this);
        }
      } catch (Exception e) {
        LOG.error("cannot read what was to be sent over a websocket, which is closed", e);
        socket.abort();
        done.success(false);
      }
    }

    @Override
    protected void onError(Object error) {
      onSuccess(false);
    }
  }

  // ---- closing

  /** Closes the connection, without a code. */
  @Override
  public Object close() {
    socket.close(CloseCode.WITHOUT, null);
    closed.happen();
    return null;
  }

  @Override
  public Object markClosed() {
    return close();
  }

  /** The connection is over. */
  void ended() {
    closed.happen();
  }

  @Override
  public void fail(Object error) {
    failure = error;
    socket.close(CloseCode.INTERNAL_ERROR, "internal error");
    closed.happen();
  }

  @Override
  public Object failure(Object dflt) {
    Object error = failure;
    return error == null ? dflt : error;
  }

  @Override
  public Object isClosed() {
    return !socket.isOpen();
  }

  @Override
  public Object onClosed(Object callback) {
    closed.add((Runnable) callback);
    return null;
  }

  @Override
  public Ending closing() {
    return closed;
  }

  // ---- describing

  @Override
  public Object description() {
    IPersistentMap map =
        map(
            "type", "websocket",
            "sink?", true,
            "closed?", isClosed(),
            "websocket-selected-subprotocol", socket.subProtocol(),
            "websocket-selected-extensions", socket.extensions(),
            "connection", connection());
    String reason = socket.peerCloseReason();
    if (handshakeHeaders != null) {
      map = map.assoc(Keyword.intern("websocket-handshake-headers"), handshakeHeaders);
    }
    if (reason != null) {
      int code = socket.peerCloseCode();
      map = map.assoc(Keyword.intern("websocket-close-code"), code == CloseCode.NONE ? -1 : code);
      map = map.assoc(Keyword.intern("websocket-close-msg"), reason);
    }
    return map;
  }

  private IPersistentMap connection() {
    Channel channel = socket.channel();
    return map(
        "local-address", String.valueOf(socket.endpoints().local()),
        "remote-address", String.valueOf(socket.endpoints().remote()),
        "writable?", channel.isWritable(),
        "readable?", channel.config().isAutoRead(),
        "closed?", !channel.isActive(),
        "direction", Keyword.intern("outbound"));
  }

  private static IPersistentMap map(Object... namesAndValues) {
    IPersistentMap map = PersistentHashMap.EMPTY;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map = map.assoc(Keyword.intern((String) namesAndValues[i]), namesAndValues[i + 1]);
    }
    return map;
  }
}
