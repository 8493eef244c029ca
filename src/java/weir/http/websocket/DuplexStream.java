package weir.http.websocket;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.stream.SplicedStream;
import weir.stream.Stream;
import weir.stream.Streams;

/**
 * A listener that makes a duplex stream of its socket: what is put into it is sent, what comes can be
 * taken. When {@value #CAPACITY} messages wait to be taken, the socket pauses.
 */
public final class DuplexStream implements WebSocketListener {

  /** How many messages wait in the stream itself. */
  static final int CAPACITY = 16;

  private static final Keyword CHANNEL = Keyword.intern("aleph", "channel");
  private static final Keyword SOCKET = Keyword.intern("weir", "websocket");

  private final boolean raw;
  private final Stream<Object> source =
      Stream.<Object>builder().executor(null).capacity(CAPACITY).build();
  private final Deferred<Object> opened = Deferred.create(null);
  private volatile IPersistentMap handshakeHeaders;
  private WebSocketSink sink;

  /**
   * @param raw hand on buffers, which the taker releases, for text and binary alike
   */
  public DuplexStream(boolean raw) {
    this.raw = raw;
  }

  /** Sets what the description of a client's stream shows. */
  public void handshakeHeaders(IPersistentMap headers) {
    handshakeHeaders = headers;
  }

  /** Returns a deferred of the stream, realized when the socket is open. */
  public Deferred<Object> stream() {
    return opened;
  }

  @Override
  public void onOpen(WebSocket socket) {
    sink = new WebSocketSink(socket, handshakeHeaders);
    SplicedStream stream = Streams.splice(sink, source);
    stream.resetMeta(
        new PersistentArrayMap(new Object[] {CHANNEL, socket.channel(), SOCKET, socket}));
    if (!opened.success(stream)) {
      socket.close(CloseCode.GOING_AWAY, ""); // nobody waits for it any more
    }
  }

  @Override
  public void onText(WebSocket socket, String text) {
    put(socket, raw ? Unpooled.copiedBuffer(text, StandardCharsets.UTF_8) : text);
  }

  @Override
  public void onBinary(WebSocket socket, byte[] data) {
    put(socket, raw ? Unpooled.wrappedBuffer(data) : data);
  }

  @Override
  public void onFrame(WebSocket socket, WebSocketFrame frame) {
    put(socket, frame);
  }

  private void put(WebSocket socket, Object message) {
    Deferred<Boolean> accepted = source.put(message);
    if (accepted.realized()) {
      if (Boolean.FALSE.equals(accepted.successValue(true))) {
        ReferenceCountUtil.release(message);
      }
      return;
    }
    socket.pause();
    accepted.listen(new Accepted(socket, message));
  }

  /** The stream has room again, or was closed. */
  private static final class Accepted extends Callback {
    private final WebSocket socket;
    private Object message;

    Accepted(WebSocket socket, Object message) {
      this.socket = socket;
      this.message = message;
    }

    @Override
    protected void onSuccess(Object taken) {
      if (Boolean.FALSE.equals(taken)) {
        ReferenceCountUtil.release(message);
      }
      message = null;
      socket.resume();
    }

    @Override
    protected void onError(Object error) {
      onSuccess(false);
    }
  }

  @Override
  public void onClose(WebSocket socket, int code, String reason) {
    sink.ended();
    source.close();
  }
}
