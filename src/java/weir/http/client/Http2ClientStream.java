package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.body.Bodies;
import weir.http.body.ReadGate;
import weir.http.http2.Http2Fields;
import weir.http.http2.RequestFields;
import weir.http.http2.ResponseFields;

/**
 * One stream of an HTTP/2 connection (RFC 9113 §5): runs one exchange, and gives its lease back in the
 * end, whatever becomes of it. A stream that is not wanted any more is reset; its connection goes on.
 *
 * <p>What the server sends is read while the program reads: a window is given back when its bytes were
 * taken. Everything runs on the connection's event loop, except where a method says otherwise.
 */
final class Http2ClientStream extends ExchangeHandler {

  private static final Logger LOG = LoggerFactory.getLogger(Http2ClientStream.class);

  private static final long ANY_LENGTH = -1;

  private final Http2ClientConnection connection;
  private final Http2StreamLoss loss;
  private long askedSince;
  private boolean released;
  private boolean reused;

  // How far the exchange has come.
  private long announced = ANY_LENGTH; // bytes of content
  private long received;

  Http2ClientStream(Http2ClientConnection connection) {
    this.connection = connection;
    this.loss = new Http2StreamLoss(connection);
  }

  // ---- the exchange begins

  @Override
  void begin(Exchange exchange) {
    askedSince = exchange.askedSince;
    if (exchange.isDone() || !exchange.takeBody()) {
      release(); // it was cancelled on its way here
      return;
    }
    if (!connection.takesMore()) {
      // Nothing was sent: any request may go to another connection.
      release();
      if (exchange.retries() < Http2StreamLoss.MAX_UNPROCESSED) {
        sendAgain(exchange);
      } else {
        giveUp(exchange);
      }
      return;
    }
    reused = connection.isReused();
    answer = new Answer(this, exchange, connection.config());
    exchange.sent(reused);
    Future<Http2StreamChannel> opening = connection.open();
    opening.addListener(
        done -> {
          if (done.isSuccess()) {
            opened(opening.getNow());
          } else {
            fail(done.cause());
          }
        });
  }

  private void opened(Http2StreamChannel channel) {
    if (answer == null) {
      channel.close();
      return;
    }
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast("handler", this);
    ClientConfig config = connection.config();
    try {
      config.http2().streamPipeline().accept(pipeline);
      writer =
          new Http2RequestWriter(
              this, connection.heads(), ctx, config, answer.exchange().request());
      answer.watch(ctx.channel(), writer);
      writer.write();
    } catch (Throwable t) {
      fail(t);
    }
  }

  /** Connection after connection takes nothing. */
  private void giveUp(Exchange exchange) {
    Bodies.discard(exchange.request().body());
    Answer none = new Answer(this, exchange, connection.config());
    none.failExchange(loss.cause(none));
  }

  private void sendAgain(Exchange exchange) {
    if (exchange.retryAnywhere()) {
      connection.pool().pool().acquire(exchange);
    }
  }

  // ---- what comes

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (answer == null || answer.isComplete()) {
      ReferenceCountUtil.release(msg);
    } else if (msg instanceof Http2HeadersFrame frame) {
      try {
        headersCame(frame);
      } catch (ProtocolException e) {
        malformed(e);
      }
    } else if (msg instanceof Http2DataFrame frame) {
      dataCame(frame);
    } else {
      ReferenceCountUtil.release(msg); // PRIORITY and frames that nobody knows
    }
  }

  private void headersCame(Http2HeadersFrame frame) throws ProtocolException {
    if (answer.headCame()) {
      if (!frame.isEndStream()) {
        throw new ProtocolException("the response has a second head");
      }
      Http2Fields behind = RequestFields.trailers(frame.headers());
      if (behind == null) {
        throw new ProtocolException("the response has fields behind its body that cannot be there");
      }
      ended(behind);
      return;
    }
    ResponseFields head = ResponseFields.of(frame.headers());
    if (head.fault() != null) {
      throw new ProtocolException("the response has " + head.fault());
    }
    if (head.isInterim()) {
      interimCame(head.status(), frame);
      return;
    }
    Exchange exchange = answer.exchange();
    Trailers trailers = new Trailers(connection.config().executor());
    ClientResponse response =
        new ClientResponse(
            Http2Heads.response(head),
            connection.endpoints(),
            connection.config().keepAlive(),
            exchange,
            trailers);
    if (frame.isEndStream()) {
      response.endsWithHead();
    }
    announced = expectsContent(exchange, head) ? head.contentLength() : ANY_LENGTH;
    answer.headCame(response, trailers);
    if (frame.isEndStream() && answer != null) {
      ended(EmptyHttpHeaders.INSTANCE);
    }
  }

  /** RFC 9110 §6.4.1: of others the length says what a GET would have brought. */
  private static boolean expectsContent(Exchange exchange, ResponseFields head) {
    return head.status() != 304 && !exchange.request().method().equals("HEAD");
  }

  private void interimCame(int status, Http2HeadersFrame frame) throws ProtocolException {
    if (frame.isEndStream()) {
      throw new ProtocolException("the stream ends with the interim response " + status);
    }
    answer.interimCame();
    if (status == 100 && answer != null) {
      writer.proceed();
    }
  }

  private void dataCame(Http2DataFrame frame) {
    if (!answer.headCame()) {
      frame.release();
      malformed(new ProtocolException("the response has content and no head"));
      return;
    }
    boolean end = frame.isEndStream();
    int size = frame.content().readableBytes();
    received += size;
    if (!end) {
      connection.received(((Http2StreamChannel) ctx.channel()).stream().id(), size);
    }
    if (announced != ANY_LENGTH && received > announced) {
      frame.release();
      malformed(new ProtocolException("the response has more content than it has announced"));
      return;
    }
    answer.content(frame.content());
    if (end && answer != null) {
      ended(EmptyHttpHeaders.INSTANCE);
    }
  }

  /** RFC 9113 §8.1.1. */
  private void malformed(ProtocolException cause) {
    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR));
    fail(cause);
  }

  private void ended(HttpHeaders behind) {
    if (announced != ANY_LENGTH && received < announced) { // RFC 9113 §8.1.1
      malformed(
          new ProtocolException(
              "the response ends after " + received + " of " + announced + " bytes"));
      return;
    }
    answer.ended(behind);
    complete();
  }

  /** The response is done. The server may have answered without reading all of the request. */
  private void complete() {
    Answer done = answer;
    RequestWriter sending = writer;
    end();
    gate().open(ReadGate.BODY); // what is unread of a complete body is bounded
    if (!sending.isComplete()) {
      sending.cancel();
      ctx.close();
    }
    // Before the program hears of the end: its next request shall find the connection.
    release();
    done.finish();
  }

  @Override
  public void cutOff() {
    answer.cut();
    Answer done = answer;
    RequestWriter sending = writer;
    end();
    sending.cancel();
    ctx.close();
    release();
    done.finish();
  }

  // ---- how it ends otherwise

  @Override
  public void userEventTriggered(ChannelHandlerContext c, Object event) {
    if (event instanceof Http2ResetFrame frame) {
      loss.reset(frame.errorCode()); // the rest of what came before it will be here until the end
      connection.config().http2().onReset().accept(c, frame);
    } else if (event instanceof Http2GoAwayFrame frame) {
      loss.ignored();
      try {
        connection.config().http2().onStreamGoAway().accept(c, frame);
      } finally {
        frame.release();
      }
    } else {
      c.fireUserEventTriggered(event);
    }
  }

  /** The head of the request is written, or cannot be. */
  void headWritten(Future<?> written) {
    if (!written.isSuccess()) {
      loss.notSent(written.cause());
    }
  }

  /** Something is wrong with the stream, which is being reset for it. */
  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    LOG.debug("stream to {} failed", connection.pool().origin(), cause);
    loss.failed(cause);
    if (!(cause instanceof Http2Exception)) {
      fail(cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    if (answer != null) {
      lost();
    }
    c.fireChannelInactive();
  }

  /** The stream is gone before the answer was complete. */
  private void lost() {
    Answer lost = answer;
    Exchange exchange = lost.exchange();
    RequestWriter sending = writer;
    boolean again = loss.mayGoAgain(lost, sending, reused);
    Throwable cause = loss.cause(lost);
    end();
    if (sending != null) {
      sending.cancel();
    }
    lost.broken(cause);
    release();
    if (again) {
      LOG.debug(
          "{} has not answered {}; trying again", connection.pool().origin(), exchange.request());
      sendAgain(exchange);
    } else {
      lost.failExchange(cause);
    }
  }

  @Override
  void letGo() {
    if (ctx != null) {
      ctx.close(); // resets the stream with CANCEL, unless it is closed
    }
    release();
  }

  private void release() {
    if (!released) {
      released = true;
      connection.release(askedSince);
    }
  }

  @Override
  public EventLoop eventLoop() {
    return connection.eventLoop();
  }
}
