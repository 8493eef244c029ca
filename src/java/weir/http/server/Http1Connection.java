package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.http.body.InboundBody;
import weir.http.body.ReadGate;

/**
 * One HTTP/1 connection: makes an {@link Exchange} of each decoded request, gives its body to who
 * reads it, and decides when the connection ends. Responses go through {@link ResponseQueue} and
 * {@link Http1Output}.
 *
 * <p>Everything here runs on the connection's event loop.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  /** How long a connection that was just used waits for a request when the server stops. */
  private static final long DRAIN_MILLIS = 500;

  private final ServerContext context;
  private final boolean secure;
  private final Meter meter;
  private ChannelHandlerContext ctx;
  private Http1Decoder decoder;
  private ServerLoop loop;
  private Peer peer;
  private ReadGate gate;
  private SSLSession session;
  private Http1Output output;
  private ResponseQueue responses;
  private RequestEntry entry;
  private Http1Closing closing;
  private Http1Timer timer;

  private Exchange receiving;
  private boolean ending;
  private boolean refused;
  private boolean handedOver;

  // What the timer compares: it changes when something comes.
  private int requestsCame;
  private boolean drained;
  private long bodyBytesCame;

  /**
   * @param meter follows the connection, or null
   */
  Http1Connection(ServerContext context, boolean secure, Meter meter) {
    this.context = context;
    this.meter = meter;
    this.secure = secure;
  }

  // ---- life of the channel

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    loop = context.loop(c.channel().eventLoop());
    gate = new ReadGate(c.channel());
    peer = Peer.of(Endpoints.of(c.channel()), secure, context.config().proxies());
    ChannelHandlerContext wire = c.pipeline().context(Http1Initializer.DECODER);
    decoder = (Http1Decoder) wire.handler();
    output = new Http1Output(wire, loop);
    responses = new ResponseQueue(this, output, context.config().maxPipelined());
    entry = new RequestEntry(this, context, loop.admission());
    closing = new Http1Closing(c, output, gate);
    timer = new Http1Timer(this, context.config().timeouts());
    loop.sweep().add(timer);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext c) {
    loop.sweep().remove(timer);
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    ending = true;
    loop.sweep().remove(timer);
    responses.abandon(new ClosedChannelException());
    output.release();
    c.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("connection to {} failed", peer.endpoints().remote(), cause);
    } else {
      LOG.warn("error on the connection to {}", peer.endpoints().remote(), cause);
    }
    c.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext c, Object event) {
    if (event instanceof ProxyProtocol.Told told) {
      peer = peer.told(told);
    } else {
      c.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext c) {
    if (handedOver) {
      c.fireChannelWritabilityChanged();
      return;
    }
    gate.set(ReadGate.WRITES, !c.channel().isWritable());
    unpauseIfRoom();
    c.fireChannelWritabilityChanged();
  }

  // ---- reading

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    output.readBegins();
    if (msg instanceof HttpRequest request) {
      requestCame(request);
    }
    if (msg instanceof HttpContent content) {
      contentCame(content);
      if (msg instanceof LastHttpContent) {
        requestEnded();
      }
    } else if (!(msg instanceof HttpRequest)) {
      c.fireChannelRead(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext c) {
    output.readEnds();
    c.fireChannelReadComplete();
  }

  private void requestCame(HttpRequest request) {
    decoder.headerCame();
    requestsCame++;
    if (!ending && cameTooLate()) {
      closeAfterWrites();
    }
    if (ending) {
      return;
    }
    if (secure && session == null) {
      session = sessionOfPipeline();
    }
    Exchange exchange = newExchange(request);
    responses.append(exchange);
    Refusal refusal = Refusal.of(request, context.config());
    if (refusal != null) {
      refuse(exchange, refusal);
      return;
    }
    exchange.inbound = RequestBodies.plan(exchange, request, context.config());
    receiving = exchange;
    if (exchange.inbound != null && Http1Responses.expectsContinue(request)) {
      if (context.config().continueHandler() != null) {
        entry.ask(exchange);
        return;
      }
      allowBody(exchange);
    }
    if (exchange.inbound == null || !exchange.inbound.isGathered()) {
      dispatch(exchange);
    }
  }

  private Exchange newExchange(HttpRequest request) {
    Exchange exchange = new Exchange(this, request);
    exchange.trace = context.observation().came(loop.stats());
    if (meter != null) {
      meter.requests++;
    }
    return exchange;
  }

  /** An exchange of which it is noted what becomes of it has ended. */
  void observeEnd(Exchange exchange) {
    context.observation().ended(exchange, loop.stats());
  }

  private void requestEnded() {
    if (decoder.isHolding()) {
      requestMayEndHttp();
    }
    if (!ending && (responses.isFull() || !ctx.channel().isWritable())) {
      decoder.pause();
      gate.close(ReadGate.PIPELINE);
    }
  }

  private void unpauseIfRoom() {
    if (decoder.isPaused() && !responses.isFull() && ctx.channel().isWritable()) {
      decoder.unpause();
      gate.open(ReadGate.PIPELINE);
      if (decoder.hasKept()) {
        resumeLater();
      }
    }
  }

  /** Nothing is read until it is known in which protocol. */
  private void requestMayEndHttp() {
    if (handedOver) {
      ctx.pipeline().remove(this);
    } else if (!responses.isEmpty()) {
      gate.close(ReadGate.UPGRADE);
    }
  }

  /** The client is told to send the body, as soon as its response comes next. */
  void allowBody(Exchange exchange) {
    exchange.headers().remove(HttpHeaderNames.EXPECT);
    responses.allowBody(exchange);
  }

  /** The body is not wanted; what comes of it cannot be told from a next request. */
  void dropBody(Exchange exchange) {
    if (exchange.inbound != null) {
      Http1Responses.abandonBody(exchange, new IOException("the body was not wanted"));
      exchange.inbound = null;
      receiving = null;
    }
    exchange.closeAfter = true;
    refused = true;
    stopReading();
  }

  private void refuse(Exchange exchange, Refusal refusal) {
    LOG.debug("refused a request of {}: {}", peer.endpoints().remote(), refusal.reason());
    exchange.closeAfter = true;
    refused = true;
    stopReading();
    context.application().onRefused(refusal.reply().status());
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
    int size = content.content().readableBytes();
    if (size > 0) {
      bodyBytesCame += size;
      body.content(content.content());
    } else {
      content.release();
    }
    if (content instanceof LastHttpContent last) {
      receiving = null;
      exchange.inbound = null;
      responses.weigh(exchange, decoder.weight() + body.held());
      if (exchange.requestTrailers() != null) {
        exchange.requestTrailers().came(last.trailingHeaders());
      }
      body.end();
    }
  }

  private void endOfRequest(HttpContent content) {
    if (content instanceof LastHttpContent && receiving != null) {
      responses.weigh(receiving, decoder.weight());
      receiving = null;
    }
  }

  private void bodyFailed(Exchange exchange, Throwable cause) {
    LOG.debug("bad request body from {}", peer.endpoints().remote(), cause);
    boolean tooLarge = cause instanceof TooLongHttpHeaderException; // of the trailers
    endBody(exchange, tooLarge ? Refusal.HEADERS_TOO_LARGE : Refusal.BAD_BODY, cause);
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
    IOException failure = new IOException(refusal.reason(), cause);
    body.fail(failure);
    if (exchange.requestTrailers() != null) {
      exchange.requestTrailers().failed(failure);
    }
    if (exchange.answered) {
      closeAfterWrites();
    } else if (body.isGathered() || exchange.undecided) {
      exchange.undecided = false;
      context.application().onRefused(refusal.reply().status());
      exchange.answerWith(refusal.reply()); // else the handler has been called, and answers
    }
  }

  // ---- slow clients

  /** Returns what the client is to send next, as far as it is waited for. */
  Http1Timer.Phase phase() {
    if (ending || !gate.isOpen()) {
      return Http1Timer.Phase.NONE;
    }
    if (receiving != null) {
      boolean awaited =
          receiving.inbound != null && !receiving.wantsContinue && !receiving.undecided;
      return awaited ? Http1Timer.Phase.BODY : Http1Timer.Phase.NONE;
    }
    if (decoder.isInHeader()) {
      return Http1Timer.Phase.HEADER;
    }
    return responses.isEmpty() ? Http1Timer.Phase.REQUEST : Http1Timer.Phase.NONE;
  }

  /** Returns a number that is another one when the client has sent what is waited for. */
  long received() {
    return receiving == null ? requestsCame : bodyBytesCame;
  }

  /** No request came for too long. */
  void idle() {
    closeAfterWrites();
  }

  /** The header that has begun to arrive is not complete after too long (RFC 9110 §15.5.9). */
  void slowHeader() {
    HttpRequest unknown = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    Exchange exchange = newExchange(unknown);
    responses.append(exchange);
    refuse(exchange, Refusal.SLOW_HEADER);
  }

  /** Nothing of a request body came for too long. */
  void slowBody() {
    LOG.debug("{} sends its request body too slowly", peer.endpoints().remote());
    endBody(receiving, Refusal.SLOW_BODY, null);
  }

  /** The client does not read what was written: it would not read a last word either. */
  void slowReader() {
    LOG.debug("{} does not read its response", peer.endpoints().remote());
    closing.reset();
  }

  private void stopReading() {
    ending = true;
    gate.close(ReadGate.CLOSING);
  }

  /** The whole of what the handler needs is there. */
  void dispatch(Exchange exchange) {
    entry.dispatch(exchange);
  }

  // ---- answering

  /**
   * A response is encoded.
   *
   * @param fresh the buffer that its head stands in, null if the exchange has it already
   */
  void finished(Exchange exchange, HeadBuffer fresh) {
    entry.leave(exchange);
    if (ctx.channel().isActive()) {
      responses.finished(exchange, fresh);
    } else {
      Http1Responses.discard(exchange);
    }
  }

  /** The response of {@code exchange} has been written; the next in order is up. */
  void answered(Exchange exchange) {
    if (exchange.inbound != null) {
      exchange.inbound.abandon();
    }
    // A body that failed has set closeAfter here, and the handler's thread may have undone that.
    if (exchange.closeAfter || exchange.bodyRefusal != null) {
      responses.end();
      closeAfterWrites();
      return;
    }
    unpauseIfRoom();
    if (decoder.isHolding() && responses.isEmpty()) {
      goOnWithHttp();
    }
    responses.informNext();
    if (context.isDraining() && exchange != receiving) {
      drain(); // this response has not said that the connection closes
    }
  }

  /** The decoder may be on the stack, so that it is told later to look at what it has kept. */
  private void goOnWithHttp() {
    decoder.goOn();
    gate.open(ReadGate.UPGRADE);
    resumeLater();
  }

  private void resumeLater() {
    ChannelHandlerContext wire = output.wire();
    ctx.executor().execute(() -> resume(wire));
  }

  private void resume(ChannelHandlerContext wire) {
    try {
      decoder.resume(wire);
    } catch (Exception e) {
      wire.fireExceptionCaught(e);
    }
  }

  /** HTTP ends here: the handlers of another protocol take the place of its own. */
  void handOver(Exchange exchange) {
    Takeover takeover = exchange.takeover;
    exchange.takeover = null;
    ending = true;
    output.flush();
    gate.openAll();
    ChannelPipeline pipeline = ctx.pipeline();
    for (String name : Http1Initializer.HTTP_ONLY) {
      if (pipeline.get(name) != null) {
        pipeline.remove(name);
      }
    }
    try {
      takeover.taken(ctx.channel());
    } catch (Throwable t) {
      LOG.error("could not take over the connection to {}", peer.endpoints().remote(), t);
      ctx.close();
      return;
    }
    if (receiving == null) {
      pipeline.remove(this);
    } else {
      handedOver = true; // the end of the request is still to come, and for nobody else
    }
    pipeline.remove(decoder); // passes on the bytes that it has kept
  }

  // ---- closing

  private void closeAfterWrites() {
    boolean peerSends = receiving != null || refused;
    receiving = null;
    stopReading();
    closing.afterWrites(peerSends && !secure);
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
    closing.abort(framed);
  }

  /**
   * The server stops: an idle connection goes at once, a busy one after its responses.
   *
   * <p>Where a successor goes on with the listening socket nothing may be cut, and one that has just
   * been used is not idle yet: its next request may be on its way. It is answered, and told that the
   * connection closes.
   */
  void drain() {
    drained = true;
    if (isIdle()) {
      if (!context.mayHaveSuccessor() || timer.isIdleSince(DRAIN_MILLIS)) {
        closeAfterWrites();
      } else {
        ctx.executor().schedule(this::closeIfIdle, DRAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Whether a kept connection, which was idle when the server stopped, has not been drained yet. */
  private boolean cameTooLate() {
    return context.isDraining()
        && !drained
        && requestsCame > 1
        && responses.isEmpty()
        && !context.mayHaveSuccessor();
  }

  private void closeIfIdle() {
    if (isIdle()) {
      closeAfterWrites();
    }
  }

  private boolean isIdle() {
    return responses.isEmpty() && receiving == null && !ending && !decoder.isInHeader();
  }

  // ---- what others ask

  ServerContext context() {
    return context;
  }

  ServerLoop loop() {
    return loop;
  }

  Http1Output output() {
    return output;
  }

  RequestEntry entry() {
    return entry;
  }

  ResponseQueue responses() {
    return responses;
  }

  ReadGate gate() {
    return gate;
  }

  Channel channel() {
    return ctx.channel();
  }

  Peer peer() {
    return peer;
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
}
