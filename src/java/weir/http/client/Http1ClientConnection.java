package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
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
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.http.body.ReadGate;
import weir.net.tls.Failures;

/**
 * One HTTP/1 connection: runs one exchange after the other. Goes back to its pool only when request
 * and response are both complete and not a byte more has come; in every other case it is closed.
 *
 * <p>Everything runs on the connection's event loop, except where a method says otherwise.
 */
final class Http1ClientConnection extends ExchangeHandler implements ClientConnection {

  private static final Logger LOG = LoggerFactory.getLogger(Http1ClientConnection.class);

  /** After a failed write the server's answer may still be on its way for so long. */
  private static final long LAST_WORDS_SECONDS = 2;

  private static final int SWITCHING_PROTOCOLS = 101;

  private final Connecting attempt;
  private final OriginPool pool;
  private final ClientConfig config;
  private final ResponseDecoder decoder;
  private final boolean secure;
  private volatile EventLoop loop;
  private Endpoints endpoints;
  private boolean reused;

  private final Slot slot = new Slot();
  private long askedSince; // that of the exchange which has it, or had it last

  // How far the exchange has come that runs.
  private boolean keepAlive;
  private boolean selfDelimited; // the body's end can be told without that of the connection
  private boolean skipping; // within an interim response
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
    super.handlerAdded(c);
    loop = c.channel().eventLoop();
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

  boolean keepsProxyAlive() {
    return pool.origin().proxy().keepAlive() && config.keepAlive();
  }

  private void ready() {
    endpoints = Endpoints.of(ctx.channel());
    attempt.ready(this);
  }

  @Override
  public void tellWhenClosed() {
    ctx.channel().closeFuture().addListener(closed -> pool.closed(this, askedSince));
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
    if (cause instanceof IOException && answer != null && onlyWritingFailed()) {
      // RFC 9112 §9.5: the server may have answered and closed without reading all of the request.
      loop.schedule(this::close, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
      return;
    }
    tell(cause);
    c.close();
  }

  private void tell(Throwable cause) {
    Consumer<Throwable> logger = config.errorLogger();
    if (logger == null) {
      LOG.debug("connection to {} failed", pool.origin(), cause);
      return;
    }
    try {
      logger.accept(cause);
    } catch (RuntimeException e) {
      LOG.error("the error logger has failed", e);
    }
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
    Answer lost = answer;
    if (lost == null) {
      return;
    }
    Exchange exchange = lost.exchange();
    IOException cause = lost.closedEarly(failure);
    lost.broken(cause);
    RequestWriter sending = writer;
    boolean stale = reused && lost.nothingCame() && !decoderFailed();
    boolean again = stale && sending.isRepeatable() && !exchange.wasRetried();
    end();
    sending.cancel();
    if (again && exchange.retry()) {
      LOG.debug("{} was closed when {} was sent; trying again", pool.origin(), exchange.request());
      pool.pool().acquire(exchange);
    } else {
      lost.failExchange(decoderFailed() || failure instanceof SSLException ? failure : cause);
    }
  }

  private boolean decoderFailed() {
    return failure != null && !(failure instanceof IOException);
  }

  // ---- an exchange begins

  @Override
  void begin(Exchange exchange) {
    askedSince = exchange.askedSince;
    if (exchange.isDone() || !exchange.takeBody()) {
      release(); // it was cancelled on its way here
      return;
    }
    if (!ctx.channel().isActive()) {
      // Nothing was sent: any request may go to another connection.
      if (exchange.retry()) {
        pool.pool().acquire(exchange);
      }
      return;
    }
    answer = new Answer(this, exchange, config);
    exchange.sent(reused);
    decoder.expect(exchange.request().method());
    try {
      writer = new Http1RequestWriter(this, exchange.request());
      answer.watch(ctx.channel(), writer);
      writer.write();
    } catch (Throwable t) {
      fail(t);
    }
  }

  private void release() {
    long asked = askedSince;
    askedSince = 0;
    pool.release(this, asked);
  }

  @Override
  void letGo() {
    ctx.close();
  }

  @Override
  void end() {
    super.end();
    skipping = false;
  }

  // ---- the response

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (answer == null || answer.isComplete()) {
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
      if (answer != null) {
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
      answer.interimCame();
      if (status == 100 && answer != null) {
        writer.proceed();
      }
      return;
    }
    String coding = head.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding.trim())) {
      fail(new ProtocolException("transfer encoding \"" + coding + "\" (expected: chunked)"));
      return;
    }
    Exchange exchange = answer.exchange();
    boolean asked =
        config.keepAlive()
            && HttpUtil.isKeepAlive(head)
            && status != SWITCHING_PROTOCOLS
            && !exchange.request().method().equals("CONNECT");
    boolean chunked = HttpUtil.isTransferEncodingChunked(head);
    Trailers trailers = chunked ? new Trailers(config.executor()) : null;
    ClientResponse response = new ClientResponse(head, endpoints, asked, exchange, trailers);
    keepAlive = response.keepAlive();
    selfDelimited = response.isSelfDelimited();
    answer.headCame(response, trailers);
  }

  private void contentCame(HttpContent content) {
    if (answer == null) {
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
    answer.content(content.content());
    if (content instanceof LastHttpContent last && answer != null) {
      responseEnded(last);
    }
  }

  private void responseEnded(LastHttpContent last) {
    if (failure != null && !selfDelimited) {
      connectionLost(); // a reset is no way to end a body
      return;
    }
    answer.ended(last.trailingHeaders());
    if (!ctx.channel().isActive()) {
      complete();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext c) {
    // Only now is it known that nothing came behind the response.
    if (answer != null && answer.isComplete()) {
      complete();
    }
    c.fireChannelReadComplete();
  }

  /** Request and response are done, or at least the response is. */
  private void complete() {
    Answer done = answer;
    RequestWriter sending = writer;
    boolean reusable = keepAlive && sending.isComplete() && !decoder.hasMore() && failure == null;
    end();
    gate().open(ReadGate.BODY); // what is unread of a complete body is bounded
    // Before the program hears of the end: its next request shall find this connection.
    if (reusable) {
      reused = true;
      release();
    } else {
      sending.cancel(); // the server has answered without reading all of it
      ctx.close();
    }
    done.finish();
  }

  @Override
  public void cutOff() {
    failure = new IOException("the rest of the body was not wanted");
    answer.cut();
    complete();
  }

  // ---- what a streamed body and the request's body ask

  @Override
  public EventLoop eventLoop() {
    return loop;
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

  @Override
  public Slot slot() {
    return slot;
  }

  @Override
  public int room() {
    return ctx.channel().isActive() ? 1 : 0;
  }

  @Override
  public boolean isMultiplexed() {
    return false;
  }

  @Override
  public Lease lease() {
    return this;
  }

  @Override
  public void close() {
    ctx.close();
  }
}
