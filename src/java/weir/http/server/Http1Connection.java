package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.http.Endpoints;
import weir.http.body.InboundBody;
import weir.http.body.ReadGate;
import weir.http.body.StreamingBody;

/**
 * One HTTP/1 connection: makes an {@link Exchange} of each decoded request, and sends responses in
 * the order of the requests, however they come.
 *
 * <p>Everything here runs on the connection's event loop. What is written while a batch of reads is
 * worked on is gathered in one buffer and flushed once at its end.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  /** How long what a refused peer still sends is dropped before the connection is closed. */
  private static final long LINGER_MILLIS = 1000;

  /** How long the peer of an aborted response may take to read what was written before. */
  private static final long MAX_ABORT_MILLIS = 10_000;

  /** What is gathered beyond this goes to the socket's queue at once. */
  private static final int MAX_GATHERED = 64 * 1024;

  private final ServerContext context;
  private final boolean secure;
  private ChannelHandlerContext ctx;
  private ChannelHandlerContext wire;
  private ServerLoop loop;
  private Endpoints endpoints;
  private ReadGate gate;
  private SSLSession session;

  // Exchanges in the order of their requests, oldest first; the head is the one to be answered.
  private Exchange head;
  private Exchange tail;
  private int open;

  private Exchange receiving;
  private ResponseStream writing;
  private ByteBuf out;
  private boolean inRead;
  private boolean flushPending;
  private boolean ending;
  private boolean refused;

  Http1Connection(ServerContext context, boolean secure) {
    this.context = context;
    this.secure = secure;
  }

  // ---- life of the channel

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    wire = c.pipeline().context(Http1Initializer.DECODER);
    loop = context.loop(c.channel().eventLoop());
    gate = new ReadGate(c.channel());
    endpoints = Endpoints.of(c.channel());
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    ending = true;
    ClosedChannelException gone = new ClosedChannelException();
    if (writing != null) {
      writing.connectionLost(gone);
      writing = null;
    }
    for (Exchange e = head; e != null; e = e.nextInOrder) {
      abandon(e, gone);
    }
    head = null;
    tail = null;
    releaseGathered();
    c.fireChannelInactive();
  }

  private static void abandon(Exchange exchange, Throwable gone) {
    if (exchange.inbound != null) {
      exchange.inbound.fail(gone);
      exchange.inbound.abandon();
    }
    if (exchange.ready) {
      Http1Responses.discard(exchange);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("connection to {} failed", endpoints.remote(), cause);
    } else {
      LOG.warn("error on the connection to {}", endpoints.remote(), cause);
    }
    c.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext c) {
    gate.set(ReadGate.WRITES, !c.channel().isWritable());
    c.fireChannelWritabilityChanged();
  }

  // ---- reading

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    inRead = true;
    if (msg instanceof HttpRequest request) {
      requestCame(request);
    }
    if (msg instanceof HttpContent content) {
      contentCame(content);
    } else if (!(msg instanceof HttpRequest)) {
      c.fireChannelRead(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext c) {
    inRead = false;
    flushNow();
    c.fireChannelReadComplete();
  }

  private void requestCame(HttpRequest request) {
    if (ending) {
      return;
    }
    if (secure && session == null) {
      session = sessionOfPipeline();
    }
    Exchange exchange = new Exchange(this, request);
    append(exchange);
    Refusal refusal = Refusal.of(request, context.config());
    if (refusal != null) {
      refuse(exchange, refusal);
      return;
    }
    exchange.inbound = RequestBodies.plan(exchange, request, context.config());
    receiving = exchange;
    if (exchange.inbound != null && Http1Responses.takeExpectation(request)) {
      exchange.wantsContinue = true;
      if (exchange == head) {
        sendContinue(exchange);
      }
    }
    if (exchange.inbound == null || !exchange.inbound.isGathered()) {
      dispatch(exchange);
    }
  }

  /** RFC 9110 §10.1.1; only for the head exchange, whose response comes next. */
  private void sendContinue(Exchange exchange) {
    exchange.wantsContinue = false;
    gather(Http1Responses.CONTINUE, Http1Responses.CONTINUE.length, 0);
    flushSoon();
  }

  private void refuse(Exchange exchange, Refusal refusal) {
    LOG.debug("refused a request of {}: {}", endpoints.remote(), refusal.reason());
    exchange.closeAfter = true;
    refused = true;
    stopReading();
    exchange.answerWith(refusal.reply());
  }

  private void contentCame(HttpContent content) {
    Exchange exchange = receiving;
    InboundBody body = exchange == null ? null : exchange.inbound;
    if (body == null) {
      content.release();
      endOfRequest(content);
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      bodyFailed(exchange, content.decoderResult().cause());
      return;
    }
    if (content.content().isReadable()) {
      body.content(content.content());
    } else {
      content.release();
    }
    if (content instanceof LastHttpContent) {
      receiving = null;
      exchange.inbound = null;
      body.end();
    }
  }

  private void endOfRequest(HttpContent content) {
    if (content instanceof LastHttpContent) {
      receiving = null;
    }
  }

  private void bodyFailed(Exchange exchange, Throwable cause) {
    LOG.debug("bad request body from {}", endpoints.remote(), cause);
    endBody(exchange, Refusal.BAD_BODY, cause);
  }

  /** The request body has outgrown its limit. */
  void bodyTooLarge(Exchange exchange) {
    endBody(exchange, Refusal.BODY_TOO_LARGE, null);
  }

  /** Nothing more is read: what follows cannot be told from a next request. */
  private void endBody(Exchange exchange, Refusal refusal, Throwable cause) {
    InboundBody body = exchange.inbound;
    receiving = null;
    exchange.inbound = null;
    exchange.bodyRefusal = refusal;
    exchange.closeAfter = true;
    refused = true;
    stopReading();
    body.fail(new IOException(refusal.reason(), cause));
    if (body.isGathered()) {
      exchange.answerWith(refusal.reply()); // else the handler has been called, and answers
    }
  }

  private void stopReading() {
    ending = true;
    gate.close(ReadGate.CLOSING);
  }

  /** The whole of what the handler needs is there. */
  void dispatch(Exchange exchange) {
    context.dispatcher().dispatch(exchange);
  }

  // ---- the order of responses

  private void append(Exchange exchange) {
    if (tail == null) {
      head = exchange;
    } else {
      tail.nextInOrder = exchange;
    }
    tail = exchange;
    if (++open >= context.config().maxPipelined()) {
      gate.close(ReadGate.PIPELINE);
    }
  }

  /**
   * A response is encoded.
   *
   * @param fresh the buffer that its head stands in, null if the exchange has it already
   */
  void finished(Exchange exchange, HeadBuffer fresh) {
    if (!ctx.channel().isActive()) {
      Http1Responses.discard(exchange);
      return;
    }
    if (exchange == head && writing == null) {
      if (fresh != null) {
        gather(fresh.array(), fresh.length(), Http1Responses.gathered(exchange));
      } else {
        gatherHead(exchange);
      }
      write(exchange);
      advance();
    } else {
      exchange.ready = true;
      if (fresh != null) {
        exchange.head = fresh.toByteArray();
      }
    }
    flushSoon();
  }

  private void advance() {
    while (head != null && head.ready && writing == null) {
      gatherHead(head);
      write(head);
    }
  }

  private void gatherHead(Exchange exchange) {
    gather(exchange.head, exchange.head.length, Http1Responses.gathered(exchange));
  }

  /** Sends the body of the head exchange, whose head is gathered already. */
  private void write(Exchange exchange) {
    exchange.ready = false;
    if (exchange.streaming != null) {
      writing = new ResponseStream(this, exchange);
      StreamingBody body = exchange.streaming;
      body.start(writing);
      return;
    }
    if (exchange.content != null) {
      Http1Responses.writeContent(this, exchange.content);
    }
    done(exchange);
  }

  /** The response of the head exchange has been written. */
  private void done(Exchange exchange) {
    head = exchange.nextInOrder;
    if (head == null) {
      tail = null;
    }
    exchange.head = null;
    exchange.content = null;
    exchange.streaming = null;
    open--;
    if (exchange.inbound != null) {
      exchange.inbound.abandon();
    }
    if (exchange.closeAfter) {
      closeAfterWrites();
      return;
    }
    gate.open(ReadGate.PIPELINE);
    if (head != null && head.wantsContinue) {
      sendContinue(head);
    }
    if (context.isDraining() && head == null && exchange != receiving) {
      closeAfterWrites();
    }
  }

  /** The streamed body of the head exchange has come to its end. */
  void streamed(Exchange exchange) {
    writing = null;
    done(exchange);
    advance();
    flushSoon();
  }

  // ---- writing

  /**
   * Adds bytes to what is flushed next.
   *
   * @param more how many bytes will follow, so that the buffer need not grow
   */
  void gather(byte[] bytes, int length, int more) {
    if (length == 0) {
      return; // the head stands before its body, in the body's buffer
    }
    ByteBuf buffer = out;
    if (buffer == null) {
      buffer = ctx.alloc().directBuffer(Math.max(length + more, 256));
      out = buffer;
    }
    buffer.writeBytes(bytes, 0, length);
    if (buffer.readableBytes() > MAX_GATHERED) {
      passGathered();
    }
  }

  /** Writes a buffer behind what is gathered. */
  void write(ByteBuf buffer) {
    passGathered();
    wire.write(buffer, wire.voidPromise());
    flushPending = true;
  }

  /** Gives what is gathered to the channel, so that something else can be written behind it. */
  void passGathered() {
    if (out != null) {
      ByteBuf buffer = out;
      out = null;
      wire.write(buffer, wire.voidPromise());
      flushPending = true;
    }
  }

  void flushSoon() {
    if (!inRead && (out != null || flushPending)) {
      loop.flushLater(this);
    }
  }

  void flushNow() {
    passGathered();
    if (flushPending) {
      flushPending = false;
      wire.flush();
    }
  }

  private void releaseGathered() {
    if (out != null) {
      out.release();
      out = null;
    }
  }

  private void closeAfterWrites() {
    boolean peerSends = receiving != null || refused;
    stopReading();
    passGathered();
    flushPending = false;
    wire.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(peerSends && !secure ? this::linger : ChannelFutureListener.CLOSE);
  }

  /**
   * Closes our side only, and for a while drops what the peer goes on sending: closing a socket with
   * unread bytes resets the connection, and the peer might never see the response (RFC 9112 §9.6).
   */
  private void linger(Future<?> written) {
    receiving = null;
    if (written.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
      gate.openAll();
      ctx.executor().schedule(this::close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      close();
    }
  }

  void close() {
    ctx.close();
  }

  /**
   * Closes when what was written so far is sent, or when the peer does not take it.
   *
   * @param framed whether the peer can tell that the body is cut; else the connection is reset
   */
  void abort(boolean framed) {
    stopReading();
    passGathered();
    flushPending = false;
    if (!framed) {
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    Future<?> limit = ctx.executor().schedule(this::close, MAX_ABORT_MILLIS, TimeUnit.MILLISECONDS);
    ctx.channel().closeFuture().addListener(closed -> limit.cancel(false));
    wire.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** The server stops: an idle connection goes at once, a busy one after its responses. */
  void drain() {
    if (head == null && receiving == null && !ending) {
      closeAfterWrites();
    }
  }

  // ---- what others ask

  /** Returns where encoded bytes are written: past the encoder, which wants message objects. */
  ChannelHandlerContext wire() {
    return wire;
  }

  ServerContext context() {
    return context;
  }

  ServerLoop loop() {
    return loop;
  }

  ReadGate gate() {
    return gate;
  }

  Channel channel() {
    return ctx.channel();
  }

  Endpoints endpoints() {
    return endpoints;
  }

  boolean isSecure() {
    return secure;
  }

  boolean isDraining() {
    return context.isDraining();
  }

  /** Returns the session, which stays readable when the connection is gone; null without TLS. */
  SSLSession sslSession() {
    return session;
  }

  private SSLSession sessionOfPipeline() {
    SslHandler handler = ctx.pipeline().get(SslHandler.class);
    return handler == null ? null : handler.engine().getSession();
  }

  /** Realizes {@code closed} with true when the connection is gone. */
  void onClose(Deferred<Object> closed) {
    ctx.channel().closeFuture().addListener(future -> closed.success(true));
  }
}
