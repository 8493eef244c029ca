package weir.http.server;

import clojure.lang.Atom;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Reply;
import weir.http.ResponseHead;
import weir.http.ServerListener.Outcome;
import weir.http.body.StreamedBody;
import weir.http.http2.FieldSection;

/**
 * One stream of HTTP/2: a request and its response. The last handler of the stream's pipeline.
 *
 * <p>Requests come through {@link Http2Intake}. Methods run on the event loop, unless {@link Lane} says
 * otherwise.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-8.1">RFC 9113 §8.1</a>
 */
final class Http2Stream extends ChannelInboundHandlerAdapter implements Lane {

  private static final Logger LOG = LoggerFactory.getLogger(Http2Stream.class);

  /** What waits for the client's window counts as taken piece by piece. */
  private static final int MAX_PIECE = 64 * 1024;

  private final Http2Connection connection;
  private final Http2Intake intake;
  private ChannelHandlerContext ctx; // written before any other thread has the exchange

  private Exchange exchange;
  private Http2ResponseStream writing;
  private StreamClock clock; // once somebody looks at it
  private boolean takenOver;
  private boolean gone;

  /** With which the stream ends if the client still sends when the response is complete. */
  private Http2Error lastWord = Http2Error.NO_ERROR;

  private volatile AtomicBoolean writable; // made when it is asked for
  private volatile Atom streamError; // likewise
  private volatile Throwable fault;

  // Links of the connection's list.
  Http2Stream previous;
  Http2Stream next;

  Http2Stream(Http2Connection connection) {
    this.connection = connection;
    this.intake = new Http2Intake(this);
  }

  // ---- life of the channel

  /** Spares each stream a look-up of the annotation. */
  @Override
  public boolean isSharable() {
    return false;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    connection.opened(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    connection.closed(this);
    gone = true;
    if (exchange != null && !exchange.answered && !takenOver) {
      abandon(fault == null ? new IOException("the client has gone away") : fault);
    }
    c.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    if (takenOver) {
      c.fireExceptionCaught(cause);
      return;
    }
    LOG.debug("error on a stream of {}", peer().endpoints().remote(), cause);
    if (answered(cause)) {
      return;
    }
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause)
        instanceof Http2Exception.HeaderListSizeException) {
      trailersTooLarge();
    }
    failed(cause);
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
      c.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
    } // else the codec resets the stream
  }

  /** Answers with what an exception has for the client; returns false if it is too late, or nothing. */
  private boolean answered(Throwable cause) {
    Reply reply = PublicErrors.reply(cause);
    if (reply == null || gone) {
      return false;
    }
    if (exchange == null) { // it has failed before the request came here
      begin(new Exchange(this, Http2Intake.UNKNOWN, true));
    }
    if (!exchange.claim()) {
      return false;
    }
    Http2Exception fault = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
    lastWord(fault == null ? Http2Error.INTERNAL_ERROR : fault.error());
    exchange.answer(reply);
    return true;
  }

  /** The codec resets the stream as soon as we return: the answer cannot wait for the handler. */
  private void trailersTooLarge() {
    if (gone || exchange == null || !intake.isInBody()) {
      return;
    }
    if (exchange.claim()) {
      exchange.answer(Reply.of(Refusal.HEADERS_TOO_LARGE.reply().status()));
    }
    intake.endBody(Refusal.HEADERS_TOO_LARGE, Http2Error.PROTOCOL_ERROR);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext c, Object event) {
    Http2Hooks hooks = context().config().http2().hooks();
    if (event instanceof Http2ResetFrame reset) {
      Http2Error error = Http2Error.valueOf(reset.errorCode());
      LOG.debug("{} has reset a stream: {}", peer().endpoints().remote(), error);
      failed(new IOException("the client has reset the stream: " + error));
      hooks.reset(c, reset);
    } else if (event instanceof Http2GoAwayFrame goAway) {
      failed(new IOException("the client has gone away: GOAWAY " + goAway.errorCode()));
      hooks.streamGoAway(c, goAway);
    }
    c.fireUserEventTriggered(event);
  }

  /** The client has gone, or gives up: what is sent from now on is lost. */
  private void failed(Throwable cause) {
    fault = cause;
    AtomicBoolean watched = writable;
    if (watched != null) {
      watched.set(false);
    }
    Atom watchedError = streamError;
    if (watchedError != null) {
      watchedError.reset(cause);
    }
  }

  // ---- what comes

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (takenOver) {
      c.fireChannelRead(msg);
    } else if (msg instanceof Http2HeadersFrame headers) {
      if (exchange == null) {
        intake.requestCame(headers);
      } else {
        intake.trailersCame(headers);
      }
    } else if (msg instanceof Http2DataFrame data) {
      intake.dataCame(data);
    } else {
      ReferenceCountUtil.release(msg);
    }
  }

  /** The stream has its exchange. */
  void begin(Exchange newExchange) {
    exchange = newExchange;
    exchange.trace = context().observation().came(loop().stats());
    connection.requestCame();
  }

  Exchange exchange() {
    return exchange;
  }

  // ---- Lane

  @Override
  public StreamedBody.Owner owner(Exchange of) {
    return intake;
  }

  @Override
  public void allowBody(Exchange of) {
    intake.allowBody();
  }

  @Override
  public void dropBody(Exchange of) {
    intake.dropBody();
  }

  @Override
  public void bodyTooLarge(Exchange of) {
    intake.endBody(Refusal.BODY_TOO_LARGE, Http2Error.NO_ERROR);
  }

  @Override
  public Http2Headers encode(ResponseHead head) {
    return FieldSection.response(head.status(), head.fields());
  }

  @Override
  public void inform(Exchange of) {
    if (!gone && !of.answered && writing == null && of.hasInterim()) {
      writeInterim(of);
      connection.flushSoon();
    }
  }

  private void writeInterim(Exchange of) {
    if (of.hasInterim()) {
      for (ResponseHead interim : of.takeInterim()) {
        write(new DefaultHttp2HeadersFrame(encode(interim), false));
      }
    }
  }

  /** Tells the client to send the body. */
  void sayContinue() {
    write(new DefaultHttp2HeadersFrame(Http2Intake.CONTINUE, false));
    connection.flushSoon();
  }

  // ---- answering

  @Override
  public void finished(Exchange of, HeadWriter fresh) {
    loop().entry().leave(of);
    if (gone || !ctx.channel().isActive()) {
      Http1Responses.discard(of);
      return;
    }
    writeInterim(of);
    Http2Headers head = (Http2Headers) (fresh != null ? fresh.take() : of.head);
    if (of.streaming != null) {
      write(new DefaultHttp2HeadersFrame(head, false));
      writing = new Http2ResponseStream(this, of);
      of.streaming.start(writing);
    } else if (of.takeover != null) {
      write(new DefaultHttp2HeadersFrame(head, false));
      handOver(of, head);
    } else if (lastWord == Http2Error.NO_ERROR && connection.respond(frames(), head, of.content)) {
      done(ctx.newSucceededFuture());
    } else if (of.content == null) {
      done(write(new DefaultHttp2HeadersFrame(head, true)));
    } else {
      write(new DefaultHttp2HeadersFrame(head, false));
      done(writeData(buffer(of.content), true));
    }
    connection.flushSoon();
  }

  private Http2FrameStream frames() {
    return ((Http2StreamChannel) ctx.channel()).stream();
  }

  private static ByteBuf buffer(Object content) {
    return content instanceof byte[] bytes ? Unpooled.wrappedBuffer(bytes) : (ByteBuf) content;
  }

  ChannelFuture write(Object frame) {
    return ctx.write(frame);
  }

  /** Writes bytes in pieces, so that it can be seen whether the client takes them. */
  ChannelFuture writeData(ByteBuf bytes, boolean end) {
    while (bytes.readableBytes() > MAX_PIECE) {
      write(new DefaultHttp2DataFrame(bytes.readRetainedSlice(MAX_PIECE), false));
    }
    return write(new DefaultHttp2DataFrame(bytes, end));
  }

  void flushSoon() {
    connection.flushSoon();
  }

  boolean isWritable() {
    return ctx.channel().isWritable();
  }

  /** The last of the response has been written; the stream ends with it, if the request has. */
  void done(ChannelFuture written) {
    Exchange of = exchange;
    of.answered = true;
    of.head = null;
    of.content = null;
    of.streaming = null;
    writing = null;
    of.stopWatching();
    Http1Responses.releaseUnread(of);
    if (of.trace != null) {
      observeEnd();
    }
    if (lastWord == Http2Error.PROTOCOL_ERROR) {
      // Behind the response: what waits of a stream that is reset is dropped.
      written.addListener(sent -> connection.reset(frames(), lastWord));
    } else if (!intake.hasEnded()) {
      written.addListener(sent -> endInput());
    }
  }

  /** RFC 9113 §8.1: the response is complete, and the rest of the request is not wanted. */
  private void endInput() {
    intake.abandon();
    if (!intake.hasEnded() && ctx.channel().isActive()) {
      ctx.write(new DefaultHttp2ResetFrame(lastWord));
      connection.flushSoon();
    }
  }

  /** Sets with which error the stream ends behind its response. */
  void lastWord(Http2Error error) {
    lastWord = error;
  }

  private void observeEnd() {
    context().observation().ended(exchange, loop().stats());
  }

  /**
   * Gives up: the client is told, so that it does not take the response for complete.
   *
   * @param written what was written last, which still goes out, or null
   */
  void reset(Http2Error error, ChannelFuture written) {
    writing = null;
    exchange.answered = true;
    exchange.stopWatching();
    intake.abandon();
    Http1Responses.releaseUnread(exchange);
    if (exchange.trace != null) {
      observeEnd();
    }
    if (written == null || written.isDone()) {
      writeReset(error);
    } else {
      written.addListener(sent -> writeReset(error));
    }
    connection.flushSoon();
  }

  private void writeReset(Http2Error error) {
    if (ctx.channel().isActive()) {
      ctx.write(new DefaultHttp2ResetFrame(error));
      connection.flushSoon();
    }
  }

  /** The client does not take what is written for too long. */
  void slowReader() {
    LOG.debug("{} does not read its response", peer().endpoints().remote());
    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
    ctx.close();
  }

  private void handOver(Exchange of, Http2Headers head) {
    Takeover takeover = of.takeover;
    of.takeover = null;
    takenOver = true;
    if (of.trace != null) {
      of.trace.answered(Integer.parseInt(head.status().toString()));
      observeEnd();
    }
    Http2Tunnels.begin(ctx, takeover);
    intake.handOver();
  }

  private void abandon(Throwable cause) {
    if (writing != null) {
      writing.connectionLost(cause);
      writing = null;
    }
    intake.cut(cause);
    exchange.interrupt();
    exchange.tellGone();
    if (exchange.takeover != null) {
      Http1Responses.discard(exchange);
    } else if (exchange.isPending()) {
      loop().entry().leave(exchange); // its answer may never come
    }
    if (exchange.trace != null) {
      exchange.note(Outcome.ABORTED);
      observeEnd();
    }
  }

  // ---- what others ask

  Http2Intake intake() {
    return intake;
  }

  /** Returns what times the stream. */
  StreamClock clock() {
    if (clock == null) {
      clock = new StreamClock(this);
    }
    return clock;
  }

  Http2Connection connection() {
    return connection;
  }

  ChannelHandlerContext ctx() {
    return ctx;
  }

  @Override
  public ServerContext context() {
    return connection.context();
  }

  @Override
  public ServerLoop loop() {
    return connection.loop();
  }

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public Peer peer() {
    return connection.peer();
  }

  @Override
  public SSLSession sslSession() {
    return connection.sslSession();
  }

  @Override
  public boolean isHttp2() {
    return true;
  }

  @Override
  public String connectProtocol() {
    return intake.connectProtocol();
  }

  @Override
  public synchronized Object writable() {
    if (writable == null) {
      writable = new AtomicBoolean(fault == null);
      if (fault != null) {
        writable.set(false); // it came between
      }
    }
    return writable;
  }

  @Override
  public synchronized Object streamError() {
    if (streamError == null) {
      streamError = new Atom(fault);
      if (fault != null) {
        streamError.reset(fault); // it came between
      }
    }
    return streamError;
  }
}
