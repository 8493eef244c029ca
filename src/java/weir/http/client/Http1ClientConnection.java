package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.http.Extras;
import weir.http.body.InboundBody;
import weir.http.body.ReadGate;
import weir.http.body.StreamedBody;
import weir.net.tls.Failures;

/**
 * One HTTP/1 connection: runs one exchange after the other. Goes back to its pool only when request
 * and response are both complete and not a byte more has come; in every other case it is closed.
 *
 * <p>Everything runs on the connection's event loop, except where a method says otherwise.
 */
final class Http1ClientConnection extends ChannelInboundHandlerAdapter
    implements StreamedBody.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Http1ClientConnection.class);

  /** So many interim responses may come before the final one. */
  private static final int MAX_INTERIM = 32;

  /** After a failed write the server's answer may still be on its way for so long. */
  private static final long LAST_WORDS_SECONDS = 2;

  private static final int SWITCHING_PROTOCOLS = 101;

  private final Connecting attempt;
  private final OriginPool pool;
  private final ClientConfig config;
  private final ResponseDecoder decoder;
  private final boolean secure;
  private ChannelHandlerContext ctx;
  private volatile EventLoop loop;
  private ReadGate gate;
  private Endpoints endpoints;
  private boolean reused;

  /** When it became idle; only for events of the pool. */
  long idleSince;

  /** When the exchange that has it was asked for; 0 if nobody wants to know. Only for the pool. */
  long askedSince;

  // The exchange that runs, and how far it has come.
  private Exchange current;
  private RequestWriter writer;
  private boolean headCame;
  private boolean keepAlive;
  private boolean selfDelimited; // the body's end can be told without that of the connection
  private ClientResponse response; // until it is delivered: nothing here may keep its body alive
  private InboundBody body;
  private ProgressMeter meter; // of the body, or null
  private Trailers trailers; // of a chunked body, or null
  private boolean delivered;
  private boolean complete; // the response has come to its end
  private boolean skipping; // within an interim response
  private int interim;
  private Throwable failure; // what the connection breaks with

  Http1ClientConnection(
      Connecting attempt, ClientConfig config, ResponseDecoder decoder, boolean secure) {
    this.attempt = attempt;
    this.pool = attempt.pool();
    this.config = config;
    this.decoder = decoder;
    this.secure = secure;
  }

  // ---- life of the channel

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    loop = c.channel().eventLoop();
    gate = new ReadGate(c.channel());
  }

  @Override
  public void channelActive(ChannelHandlerContext c) {
    if (!secure) {
      ready();
    }
    c.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext c, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        ready();
      } else {
        attempt.failed(handshake.cause());
      }
    }
    c.fireUserEventTriggered(event);
  }

  /** Whether requests go to a proxy, which needs to be told the whole URL. */
  boolean isForwarded() {
    return pool.origin().isForwarded();
  }

  private void ready() {
    endpoints = Endpoints.of(ctx.channel());
    attempt.ready(this);
  }

  /** Tells the pool, once, when the channel is closed. */
  void tellWhenClosed() {
    ctx.channel().closeFuture().addListener(closed -> pool.closed(this));
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    attempt.failed(failure == null ? new IOException("the connection was closed") : failure);
    connectionLost();
    c.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    if (failure == null) {
      failure = cause.getCause() instanceof SSLException tls ? explained(tls) : cause;
    }
    if (cause instanceof IOException && current != null && onlyWritingFailed()) {
      // RFC 9112 §9.5: the server may have answered and closed without reading all of the request.
      loop.schedule(this::close, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
      return;
    }
    LOG.debug("connection to {} failed", pool.origin(), cause);
    c.close();
  }

  /** With TLS 1.3 a server refuses a client's certificate when the client thinks all is well. */
  private Throwable explained(SSLException cause) {
    return Failures.atClient(cause, pool.origin().hostName(), pool.origin().port());
  }

  private boolean onlyWritingFailed() {
    return ctx.channel() instanceof SocketChannel socket
        && socket.isActive()
        && socket.isOutputShutdown()
        && !socket.isInputShutdown();
  }

  /** The channel is gone, maybe in the middle of an exchange. */
  private void connectionLost() {
    Exchange exchange = current;
    if (exchange == null) {
      return;
    }
    boolean nothingCame = !headCame && interim == 0;
    IOException cause = closedEarly(exchange);
    if (body != null) {
      body.fail(cause);
    }
    failTrailers(cause);
    RequestWriter sending = writer;
    boolean stale = reused && nothingCame && !decoderFailed();
    boolean again = stale && sending.isRepeatable() && !exchange.wasRetried();
    end();
    sending.cancel();
    if (again && exchange.retry()) {
      LOG.debug("{} was closed when {} was sent; trying again", pool.origin(), exchange.request());
      pool.pool().acquire(exchange);
    } else {
      finishWith(exchange, decoderFailed() || failure instanceof SSLException ? failure : cause);
    }
  }

  private boolean decoderFailed() {
    return failure != null && !(failure instanceof IOException);
  }

  private IOException closedEarly(Exchange exchange) {
    return new ConnectionClosedException(exchange.requestMillis(), exchange.request(), failure);
  }

  private static void finishWith(Exchange exchange, Throwable cause) {
    if (exchange.finish()) {
      exchange.call().failed(exchange, cause);
    }
  }

  // ---- an exchange begins

  /** Begins an exchange to which this connection is leased. May be called on any thread. */
  void start(Exchange exchange) {
    if (loop.inEventLoop()) {
      begin(exchange);
    } else {
      loop.execute(() -> begin(exchange));
    }
  }

  private void begin(Exchange exchange) {
    if (exchange.isDone() || !exchange.takeBody()) {
      pool.release(this); // it was cancelled on its way here
      return;
    }
    if (!ctx.channel().isActive()) {
      // Nothing was sent: any request may go to another connection.
      if (exchange.retry()) {
        pool.pool().acquire(exchange);
      }
      return;
    }
    current = exchange;
    delivered = false;
    complete = false;
    interim = 0;
    exchange.sent(reused);
    decoder.expect(exchange.request().method());
    try {
      writer = new RequestWriter(this, exchange.request());
      writer.write();
    } catch (Throwable t) {
      fail(t);
    }
  }

  /** The exchange was ended by a timeout or by the program. May be called on any thread. */
  void abort(Exchange exchange) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> abort(exchange));
    } else if (current == exchange) {
      fail(null);
    }
  }

  /** Ends the exchange, if that is still open, and the connection. */
  void fail(Throwable cause) {
    Exchange exchange = current;
    InboundBody reading = body;
    RequestWriter sending = writer;
    end();
    if (sending != null) {
      sending.cancel();
    }
    if (reading != null) {
      if (cause == null) {
        reading.abandon();
      } else {
        reading.fail(cause);
      }
    }
    failTrailers(cause == null ? new IOException("the body was closed") : cause);
    ctx.close();
    if (exchange != null && cause != null) {
      finishWith(exchange, cause);
    }
  }

  private void failTrailers(Throwable cause) {
    if (trailers != null) {
      trailers.error(cause);
      trailers = null;
    }
  }

  private void end() {
    if (current != null) {
      current.over();
    }
    current = null;
    writer = null;
    headCame = false;
    response = null;
    body = null;
    skipping = false;
  }

  // ---- the response

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (current == null || complete) {
      unexpected(msg);
      return;
    }
    if (msg instanceof HttpResponse head) {
      headCame(head);
    }
    if (msg instanceof HttpContent content) {
      contentCame(content);
    } else if (!(msg instanceof HttpResponse)) {
      c.fireChannelRead(msg);
    }
  }

  /** What nobody has asked for can only be meant to be taken for another answer. */
  private void unexpected(Object msg) {
    ReferenceCountUtil.release(msg);
    if (!(msg instanceof LastHttpContent) && ctx.channel().isActive()) {
      LOG.debug("{} has sent more than was asked for; closing", pool.origin());
      if (complete && current != null) {
        complete();
      }
      ctx.close();
    }
  }

  private void headCame(HttpResponse head) {
    if (head.decoderResult().isFailure()) {
      fail(head.decoderResult().cause());
      return;
    }
    int status = head.status().code();
    if (status < 200 && status != SWITCHING_PROTOCOLS) {
      skipping = true;
      if (++interim > MAX_INTERIM) {
        fail(new ProtocolException("more than " + MAX_INTERIM + " interim responses"));
      } else if (status == 100) {
        writer.proceed();
      }
      return;
    }
    String coding = head.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding.trim())) {
      fail(new ProtocolException("transfer encoding \"" + coding + "\" (expected: chunked)"));
      return;
    }
    boolean asked =
        config.keepAlive()
            && HttpUtil.isKeepAlive(head)
            && status != SWITCHING_PROTOCOLS
            && !current.request().method().equals("CONNECT");
    headCame = true;
    trailers = HttpUtil.isTransferEncodingChunked(head) ? new Trailers(config.executor()) : null;
    response = new ClientResponse(head, endpoints, asked, current, trailers);
    keepAlive = response.keepAlive();
    selfDelimited = response.isSelfDelimited();
    body = ResponseBodies.plan(this, current, response, config);
    Extras extras = current.request().extras();
    meter =
        extras == null || current.call().isFollowing()
            ? null
            : ProgressMeter.of(extras.download(), response.contentLength());
    if (response.body() != null) {
      deliver(); // a streamed body is read while it arrives
    }
  }

  private void contentCame(HttpContent content) {
    if (current == null) {
      content.release(); // the head was refused
      return;
    }
    if (skipping) {
      content.release();
      skipping = !(content instanceof LastHttpContent);
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      fail(content.decoderResult().cause());
      return;
    }
    if (content.content().isReadable()) {
      if (meter != null) {
        meter.add(content.content().readableBytes());
      }
      body.content(content.content());
    } else {
      content.release();
    }
    if (content instanceof LastHttpContent last && current != null) {
      responseEnded(last);
    }
  }

  private void responseEnded(LastHttpContent last) {
    if (trailers != null) {
      trailers.came(last.trailingHeaders());
      trailers = null;
    }
    if (failure != null && !selfDelimited) {
      connectionLost(); // a reset is no way to end a body
      return;
    }
    complete = true;
    if (!ctx.channel().isActive()) {
      complete();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext c) {
    // Only now is it known that nothing came behind the response.
    if (complete && current != null) {
      complete();
    }
    c.fireChannelReadComplete();
  }

  /** Request and response are done, or at least the response is. */
  private void complete() {
    Exchange exchange = current;
    ClientResponse done = response;
    InboundBody reading = body;
    RequestWriter sending = writer;
    boolean reusable = keepAlive && sending.isComplete() && !decoder.hasMore() && failure == null;
    boolean late = delivered;
    end();
    gate.open(ReadGate.BODY); // what is unread of a complete body is bounded
    // Before the program hears of the end: its next request shall find this connection.
    if (reusable) {
      reused = true;
      pool.release(this);
    } else {
      sending.cancel(); // the server has answered without reading all of it
      ctx.close();
    }
    reading.end();
    if (!late && exchange.finish()) {
      exchange.call().responded(exchange, done);
    }
  }

  private void deliver() {
    Exchange exchange = current;
    ClientResponse done = response;
    response = null;
    delivered = true;
    if (!exchange.finish()) {
      fail(null);
      return;
    }
    exchange.reading(() -> bodyTimedOut(exchange));
    exchange.handOver().responded(exchange, done);
  }

  private void bodyTimedOut(Exchange exchange) {
    loop.execute(
        () -> {
          if (current == exchange) {
            fail(Timeouts.read(exchange.request().readTimeoutMillis()));
          }
        });
  }

  /** The program has closed the body of the running exchange. May be called on any thread. */
  void bodyClosed(Exchange exchange) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> bodyClosed(exchange));
    } else if (current == exchange && !complete) {
      fail(null);
    }
  }

  /** Delivers the response with the part of its body that has come; the rest is not read. */
  void cutOff() {
    failure = new IOException("the rest of the body was not wanted");
    complete = true;
    complete();
  }

  /** Nobody can read the body of the running exchange any more. May be called on any thread. */
  void bodyLost(Exchange exchange) {
    loop.execute(
        () -> {
          if (current == exchange && !complete) {
            LOG.warn(
                "the body of {} was neither read to its end nor closed; its connection is lost",
                exchange.request());
            fail(null);
          }
        });
  }

  // ---- what a streamed body and the request's body ask

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public ReadGate gate() {
    return gate;
  }

  @Override
  public void unwanted(int bytes) {
    // bodyClosed is on its way and will close the channel
  }

  ChannelHandlerContext ctx() {
    return ctx;
  }

  ClientConfig config() {
    return config;
  }

  boolean isSecure() {
    return secure;
  }

  byte[] hostLine() {
    return pool.hostLine();
  }

  // ---- for the pool

  /** Whether it looks alive. May be called on any thread. */
  boolean isUsable() {
    return ctx.channel().isActive();
  }

  /** Closes the channel. May be called on any thread. */
  void close() {
    ctx.close();
  }
}
