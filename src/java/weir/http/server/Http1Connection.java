package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.http.ResponseHead;
import weir.http.body.ReadGate;
import weir.http.body.StreamedBody;

/**
 * One HTTP/1 connection: decides when it is read and when it ends. Requests come through {@link
 * Http1Intake}; responses go through {@link ResponseQueue} and {@link Http1Output}.
 *
 * <p>Everything here runs on the connection's event loop.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter implements Lane {

  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  /** How long a connection that was just used waits for a request when the server stops. */
  private static final long DRAIN_MILLIS = 500;

  /** An exchange that ends with more of its body still to come costs the connection. */
  private static final long MAX_DISCARDED = 1024 * 1024;

  private final ServerContext context;
  private final boolean secure;
  private final Meter meter;
  private final Http2Pipeline http2;
  private ChannelHandlerContext ctx;
  private Http1Decoder decoder;
  private ServerLoop loop;
  private Peer peer;
  private ReadGate gate;
  private SSLSession session;
  private Http1Output output;
  private ResponseQueue responses;
  private Http1Intake intake;
  private Http1Closing closing;
  private Http1Timer timer;

  private boolean ending;
  private boolean handedOver;
  private boolean drained;

  /**
   * @param meter follows the connection, or null
   * @param http2 takes the connection over if its client asks for it, or null
   */
  Http1Connection(ServerContext context, boolean secure, Meter meter, Http2Pipeline http2) {
    this.http2 = http2;
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
    ChannelHandlerContext wire = c.pipeline().context(Http1Pipeline.DECODER);
    decoder = (Http1Decoder) wire.handler();
    output = new Http1Output(wire, loop);
    responses = new ResponseQueue(this, output, context.config().maxPipelined());
    intake = new Http1Intake(this, responses, decoder, meter);
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
      intake.requestCame(request);
    }
    if (msg instanceof HttpContent content) {
      intake.contentCame(content);
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

  /** Returns whether a request that comes now is served. */
  boolean isTaking() {
    if (!ending && cameTooLate()) {
      closeAfterWrites();
    }
    if (!ending && secure && session == null) {
      session = sessionOfPipeline();
    }
    return !ending;
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
  @Override
  public void allowBody(Exchange exchange) {
    exchange.headers().remove(HttpHeaderNames.EXPECT);
    responses.allowBody(exchange);
  }

  @Override
  public void dropBody(Exchange exchange) {
    intake.dropBody(exchange);
  }

  @Override
  public void bodyTooLarge(Exchange exchange) {
    intake.endBody(exchange, Refusal.BODY_TOO_LARGE, null);
  }

  @Override
  public StreamedBody.Owner owner(Exchange exchange) {
    return new Receiver();
  }

  /** Lets the body of one request work on this connection. */
  private final class Receiver implements StreamedBody.Owner {
    private long discarded;

    @Override
    public EventLoop eventLoop() {
      return ctx.channel().eventLoop();
    }

    @Override
    public ReadGate gate() {
      return gate;
    }

    @Override
    public void unwanted(int bytes) {
      discarded += bytes;
      if (discarded > MAX_DISCARDED) {
        ctx.close();
      }
    }
  }

  // ---- slow clients

  /** Returns what the client is to send next, as far as it is waited for. */
  Http1Timer.Phase phase() {
    return ending || !gate.isOpen() ? Http1Timer.Phase.NONE : intake.phase();
  }

  /** No request came for too long. */
  void idle() {
    closeAfterWrites();
  }

  /** The client does not read what was written: it would not read a last word either. */
  void slowReader() {
    LOG.debug("{} does not read its response", peer.endpoints().remote());
    closing.reset();
  }

  void stopReading() {
    ending = true;
    gate.close(ReadGate.CLOSING);
  }

  // ---- answering

  @Override
  public byte[] encode(ResponseHead head) {
    return Http1Responses.encode(head);
  }

  @Override
  public void inform(Exchange exchange) {
    responses.inform(exchange);
  }

  @Override
  public void finished(Exchange exchange, HeadWriter fresh) {
    loop.entry().leave(exchange);
    if (ctx.channel().isActive()) {
      responses.finished(exchange, fresh == null ? null : ((Http1HeadWriter) fresh).buffer());
    } else {
      Http1Responses.discard(exchange);
    }
  }

  /** The response of {@code exchange} has been written; the next in order is up. */
  void answered(Exchange exchange) {
    if (exchange.inbound != null) {
      exchange.inbound.abandon();
    }
    Http1Responses.releaseUnread(exchange);
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
    if (context.isDraining() && !intake.isReceiving(exchange)) {
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
    for (String name : Http1Pipeline.HTTP_ONLY) {
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
    if (!intake.isReceiving()) {
      pipeline.remove(this);
    } else {
      handedOver = true; // the end of the request is still to come, and for nobody else
    }
    pipeline.remove(decoder); // passes on the bytes that it has kept
  }

  // ---- closing

  void closeAfterWrites() {
    boolean peerSends = intake.forget();
    stopReading();
    closing.afterWrites(peerSends && !secure);
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
        && intake.requestsCame() > 1
        && responses.isEmpty()
        && !context.mayHaveSuccessor();
  }

  private void closeIfIdle() {
    if (isIdle()) {
      closeAfterWrites();
    }
  }

  private boolean isIdle() {
    return responses.isEmpty() && !intake.isReceiving() && !ending && !decoder.isInHeader();
  }

  // ---- what others ask

  @Override
  public ServerContext context() {
    return context;
  }

  @Override
  public ServerLoop loop() {
    return loop;
  }

  Meter meter() {
    return meter;
  }

  /** Returns what takes the connection over if its client asks for HTTP/2, or null. */
  Http2Pipeline http2() {
    return http2;
  }

  Http1Output output() {
    return output;
  }

  Http1Intake intake() {
    return intake;
  }

  ResponseQueue responses() {
    return responses;
  }

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public Peer peer() {
    return peer;
  }

  boolean isSecure() {
    return secure;
  }

  @Override
  public boolean isHttp2() {
    return false;
  }

  @Override
  public SSLSession sslSession() {
    return session;
  }

  private SSLSession sessionOfPipeline() {
    SslHandler handler = ctx.pipeline().get(SslHandler.class);
    return handler == null ? null : handler.engine().getSession();
  }
}
