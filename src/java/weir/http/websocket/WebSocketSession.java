package weir.http.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.http.Endpoints;
import weir.http.body.ReadGate;
import weir.net.LoopTasks;

/**
 * A WebSocket connection after its handshake: the last handler of the channel's pipeline.
 *
 * <p>What is sent goes through a {@link SendQueue} to the socket; what comes goes through an {@link
 * EventQueue} to the listener. How the connection ends is the matter of {@link Closing}. Fields without a comment are only for the event loop.
 */
public final class WebSocketSession extends ChannelInboundHandlerAdapter
    implements WebSocket, MessageAssembler.Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketSession.class);

  private static final String CODEC = "websocket-frame-aggregator";
  private static final String HANDLER = "websocket-handler";

  private final Carrier carrier;
  private final WebSocketConfig config;
  private final Agreement agreement;
  private final EventQueue events;
  private final Closing closing;
  private final SendQueue sending;
  private final boolean answersPings;

  private ChannelHandlerContext ctx; // written before any other thread has the session
  private Endpoints endpoints; // likewise
  private WebSocketCodec codec;
  private ReadGate gate;
  private Heartbeat heartbeat;
  private Throwable failure;
  private byte[] heldPong;

  /**
   * Creates a session; {@link #install} begins it.
   *
   * @param agreement what the handshake has brought
   */
  public WebSocketSession(
      WebSocketConfig config, Agreement agreement, WebSocketListener listener, Carrier carrier) {
    this.config = config;
    this.agreement = agreement;
    this.carrier = carrier;
    this.events = new EventQueue(this, listener, carrier);
    this.closing = new Closing(this, agreement.server(), config.closeTimeout());
    this.sending = new SendQueue(this, closing, config.pipeline() != null);
    this.answersPings = listener.answersPings();
  }

  /** Adds the session to a pipeline that HTTP has left, and opens it. On the event loop. */
  public void install(ChannelPipeline pipeline) {
    codec = new WebSocketCodec(this, config, agreement);
    pipeline.addLast(CODEC, codec);
    pipeline.addLast(HANDLER, this);
    sending.attach(ctx, codec);
    if (config.pipeline() != null) {
      config.pipeline().accept(pipeline);
    }
    heartbeat = Heartbeat.of(this, config);
    events.add(Event.Kind.OPEN, null);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    endpoints = Endpoints.of(c.channel());
    gate = new ReadGate(c.channel());
  }

  // ---- for the carrier

  /**
   * Calls the listener for what has happened.
   *
   * @return whether to be called again, after others have had their turn
   */
  public boolean runEvents() {
    return events.run();
  }

  /** Writes what other threads have sent, and flushes it. On the event loop. */
  public void writeOutgoing() {
    sending.flushOutgoing();
  }

  /** Nobody can call the listener: the threads for that have no room. */
  public void overloaded() {
    events.rejected();
    close(CloseCode.TRY_AGAIN_LATER, "overloaded");
  }

  /** The server stops. */
  public void goAway() {
    close(CloseCode.GOING_AWAY, "");
  }

  // ---- sending, on any thread

  @Override
  public Deferred<Boolean> send(Object message) {
    int size = Messages.size(message);
    if (!isOpen()) {
      Messages.release(message);
      return Deferred.FALSE;
    }
    return sending.add(Outgoing.Kind.MESSAGE, message, size);
  }

  @Override
  public boolean offer(Object message) {
    int size = Messages.size(message);
    if (!isOpen()) {
      Messages.release(message);
      return false;
    }
    sending.add(Outgoing.Kind.MESSAGE, message, null, size);
    return true;
  }

  @Override
  public Deferred<Boolean> ping(byte[] payload) {
    Opcode.checkControl(payload);
    return isOpen()
        ? sending.add(Outgoing.Kind.AWAITED_PING, payload, payload.length)
        : Deferred.FALSE;
  }

  @Override
  public boolean sendPing(byte[] payload) {
    return control(Outgoing.Kind.PING, payload);
  }

  @Override
  public boolean sendPong(byte[] payload) {
    return control(Outgoing.Kind.PONG, payload);
  }

  private boolean control(Outgoing.Kind kind, byte[] payload) {
    Opcode.checkControl(payload);
    if (!isOpen()) {
      return false;
    }
    sending.add(kind, payload, null, payload.length);
    return true;
  }

  @Override
  public Deferred<Boolean> close(int code, String reason) {
    CloseCode.check(code, reason);
    return closing.begin(code, reason)
        ? sending.add(Outgoing.Kind.CLOSE, new Outgoing.Close(code, reason), 0)
        : Deferred.FALSE;
  }

  @Override
  public void abort() {
    closing.cut();
    ctx.close();
  }

  void tellLoopOfOutgoing() {
    carrier.outgoing(this);
  }

  /** Something was read or written. */
  void moved() {
    if (heartbeat != null) {
      heartbeat.moved();
    }
  }

  void flushSoon() {
    sending.flushSoon();
  }

  // ---- reading, on the loop

  void readBegins() {
    sending.readBegins();
    moved();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext c) {
    sending.readEnds();
    c.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext c, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      closing.inputEnded();
    }
    c.fireUserEventTriggered(event);
  }

  /** Frames that have passed through handlers of the user's. */
  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (msg instanceof WebSocketFrame frame) {
      codec.received(frame);
    } else {
      c.fireChannelRead(msg);
    }
  }

  @Override
  public void text(byte[] utf8) {
    data(Event.Kind.TEXT, utf8);
  }

  @Override
  public void binary(byte[] data) {
    data(Event.Kind.BINARY, data);
  }

  @Override
  public void fragment(boolean last, int reserved, int opcode, byte[] data) {
    data(Event.Kind.FRAGMENT, Messages.frame(last, reserved, opcode, data));
  }

  /** What comes after our own Close is dropped, as browsers do. */
  private void data(Event.Kind kind, Object data) {
    if (closing.isOpen()) {
      event(kind, data);
    }
  }

  private void event(Event.Kind kind, Object data) {
    if (events.add(kind, data) && closing.isOpen()) {
      gate.close(ReadGate.BODY);
    }
  }

  /** A peer that does not read gets one answer for all its pings (RFC 6455 §5.5.3). */
  @Override
  public void pinged(byte[] data) {
    event(Event.Kind.PING, data);
    if (answersPings || closing.isSent()) {
      return;
    }
    if (ctx.channel().isWritable()) {
      codec.writer().control(Opcode.PONG, data);
    } else {
      heldPong = data;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext c) {
    if (heldPong != null && c.channel().isWritable() && !closing.isSent()) {
      codec.writer().control(Opcode.PONG, heldPong);
      heldPong = null;
      flushSoon();
    }
    c.fireChannelWritabilityChanged();
  }

  @Override
  public void ponged(byte[] data) {
    if (heartbeat != null) {
      heartbeat.ponged();
    }
    event(Event.Kind.PONG, new EventQueue.Pong(data, sending.takeAwaitingPong()));
  }

  @Override
  public void peerClosed(int code, String reason) {
    codec.stopReading();
    if (closing.peerClosed(code, reason)) {
      event(Event.Kind.PEER_CLOSE, null);
    }
  }

  /** The listener has seen all messages that came before the peer's Close. */
  void answerClose() {
    onLoop(closing::answer);
  }

  /** More can be read, if it is still true when the loop hears of it. */
  void tellLoopOfRoom() {
    onLoop(
        () -> {
          if (events.hasRoom()) {
            gate.open(ReadGate.BODY);
          }
        });
  }

  /** Reads whatever comes: our Close is sent, and only the peer's is of interest. */
  void readAll() {
    gate.openAll();
  }

  // ---- the end

  /** The peer broke the protocol or a limit. */
  void protocolFailed(WebSocketException e) {
    if (e.closeCode() == CloseCode.TOO_BIG) {
      LOG.warn(
          "a websocket message of {} is too big: {} Limits: {} bytes for a frame"
              + " (:max-frame-payload), {} for a message (:max-frame-size)",
          endpoints.remoteHost(),
          e.getMessage(),
          config.maxFrameBytes(),
          config.maxMessageBytes());
    } else {
      LOG.debug("the websocket peer {} broke the protocol", endpoints.remoteHost(), e);
    }
    event(Event.Kind.ERROR, e);
    closing.fail(e.closeCode(), e.getMessage());
  }

  /** Ends the connection without a Close. */
  void fail(Throwable cause) {
    failure = cause;
    closing.cut();
    ctx.close();
  }

  /** The listener has thrown; on the thread that has called it. */
  void listenerFailed() {
    close(CloseCode.INTERNAL_ERROR, "internal error");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("the websocket connection to {} failed", endpoints.remoteHost(), cause);
    } else {
      LOG.error("error on the websocket connection to {}", endpoints.remoteHost(), cause);
    }
    if (failure == null && closing.isOpen()) {
      failure = cause;
    }
    c.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    closing.stopTimer();
    if (heartbeat != null) {
      heartbeat.stop();
    }
    sending.end();
    boolean lost = closing.cut();
    if (failure == null && lost) {
      failure = new ClosedChannelException();
    }
    if (failure != null) {
      events.add(Event.Kind.ERROR, failure);
    }
    events.add(Event.Kind.CLOSE, closing.first());
    events.end();
    sending.takeAwaitingPong().forEach(answer -> answer.success(false));
    c.fireChannelInactive();
  }

  // ---- what others ask

  FrameWriter writer() {
    return codec.writer();
  }

  ChannelHandlerContext context() {
    return ctx;
  }

  private void onLoop(Runnable task) {
    LoopTasks.run(ctx.executor(), task);
  }

  @Override
  public boolean isOpen() {
    return closing.isOpen();
  }

  @Override
  public void pause() {
    events.pause();
  }

  @Override
  public void resume() {
    events.resume();
  }

  @Override
  public long unsentBytes() {
    ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
    return sending.bytes() + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
  }

  @Override
  public String subProtocol() {
    return agreement.subProtocol();
  }

  @Override
  public String extensions() {
    return agreement.deflate() == null ? null : agreement.deflate().response();
  }

  @Override
  public int peerCloseCode() {
    Outgoing.Close close = closing.peers();
    return close == null ? -1 : close.code();
  }

  @Override
  public String peerCloseReason() {
    Outgoing.Close close = closing.peers();
    return close == null ? null : close.reason();
  }

  @Override
  public Endpoints endpoints() {
    return endpoints;
  }

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public String toString() {
    return "WebSocket[" + endpoints.remoteHost() + (isOpen() ? "" : ", closed") + "]";
  }
}
