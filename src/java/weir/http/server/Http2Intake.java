package weir.http.server;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Priority;
import weir.http.body.InboundBody;
import weir.http.body.ReadGate;
import weir.http.body.StreamedBody;
import weir.http.http2.Http2Fields;
import weir.http.http2.RequestFields;

/**
 * What comes on a stream: makes an exchange of the request, gives its body to who reads it, and refuses
 * what is malformed, too large or too slow. The client's window opens again when somebody has read what
 * came, not before.
 */
final class Http2Intake implements StreamedBody.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Http2Stream.class);

  static final Http2Headers CONTINUE =
      ReadOnlyHttp2Headers.serverHeaders(false, AsciiString.cached("100"));

  static final HttpVersion HTTP_2 = new HttpVersion("HTTP", 2, 0, true);

  static final HttpRequest UNKNOWN = new DefaultHttpRequest(HTTP_2, HttpMethod.GET, "/");
  private static final String WEBSOCKET = "websocket";
  private static final long NO_LENGTH = -1;

  private final Http2Stream stream;
  private long announced = NO_LENGTH;
  private long came;
  private boolean ended; // the client sends nothing more
  private boolean streamed; // whoever reads gives the window back
  private String connectProtocol;
  private boolean held; // nothing is read until it is known in which protocol

  /** Bytes that were read and not given back to the client's window yet; any thread adds. */
  private AtomicInteger readBytes;

  Http2Intake(Http2Stream stream) {
    this.stream = stream;
  }

  // ---- the request

  void requestCame(Http2HeadersFrame frame) {
    ended = frame.isEndStream();
    RequestFields fields = RequestFields.of(frame.headers());
    ServerConfig config = stream.context().config();
    if (fields.fault() != null) {
      LOG.debug("malformed request of {}: {}", stream.peer().endpoints().remote(), fields.fault());
      stream.begin(new Exchange(stream, UNKNOWN, true));
      stream.lastWord(Http2Error.PROTOCOL_ERROR);
      refuse(Refusal.BAD_REQUEST);
      return;
    }
    if (fields.priority() != null) {
      stream.connection().prioritize(streamId(), Priority.parse(fields.priority()));
    }
    HttpRequest request = request(fields);
    Exchange exchange = new Exchange(stream, request, true);
    connectProtocol = fields.protocol();
    stream.begin(exchange);
    announced = fields.contentLength();
    Refusal refusal = refusal(fields, request, config);
    if (refusal != null) {
      refuse(refusal);
      return;
    }
    if (request.method() == HttpMethod.CONNECT || fields.protocol() != null) {
      hold();
      stream.loop().entry().dispatch(exchange);
      return;
    }
    plan(exchange, request, config);
  }

  private static HttpRequest request(RequestFields fields) {
    HttpMethod method = HttpMethod.valueOf(fields.method());
    if (WEBSOCKET.equals(fields.protocol())) {
      // RFC 8441 §4: what is a GET with an Upgrade in HTTP/1, and handlers look for that.
      method = HttpMethod.GET;
      fields.asUpgrade(WEBSOCKET);
    }
    return new DefaultHttpRequest(HTTP_2, method, fields.target(), fields.fields());
  }

  private Refusal refusal(RequestFields fields, HttpRequest request, ServerConfig config) {
    if (fields.protocol() != null && !WEBSOCKET.equals(fields.protocol())) {
      return Refusal.UNKNOWN_PROTOCOL;
    }
    if (request.uri().length() > config.maxInitialLineBytes()) {
      return Refusal.URI_TOO_LONG;
    }
    String host = fields.authority() == null ? "" : fields.authority();
    if (!TargetRules.allow(request.method(), request.uri(), host)) {
      return Refusal.BAD_TARGET;
    }
    return RequestBodies.tooLarge(announced, config) ? Refusal.BODY_TOO_LARGE : null;
  }

  private void plan(Exchange exchange, HttpRequest request, ServerConfig config) {
    long length = ended ? 0 : announced;
    exchange.inbound = RequestBodies.plan(exchange, request.headers(), length, !ended, config);
    streamed = exchange.inbound != null && !exchange.inbound.isGathered();
    if (streamed) {
      stream.channel().config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
      readBytes = new AtomicInteger();
    }
    if (exchange.inbound != null && expectsContinue(request)) {
      if (config.continueHandler() != null) {
        stream.loop().entry().ask(exchange);
        return;
      }
      allowBody();
    }
    if (exchange.inbound == null || streamed) {
      stream.loop().entry().dispatch(exchange);
    }
  }

  private static boolean expectsContinue(HttpRequest request) {
    String expect = request.headers().get(HttpHeaderNames.EXPECT);
    return expect != null && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect);
  }

  private void refuse(Refusal refusal) {
    LOG.debug("refused a request of {}: {}", stream.peer().endpoints().remote(), refusal.reason());
    stream.context().application().onRefused(refusal.reply().status());
    stream.exchange().answerWith(refusal.reply());
  }

  /** Reads nothing of what may be in another protocol, or not. */
  private void hold() {
    held = true;
    stream.channel().config().setAutoRead(false);
  }

  /** What comes is for the next protocol. */
  void handOver() {
    if (held) {
      held = false;
      stream.channel().config().setAutoRead(true);
    }
  }

  // ---- the body

  void dataCame(Http2DataFrame data) {
    Exchange exchange = stream.exchange();
    InboundBody body = exchange == null ? null : exchange.inbound;
    int size = data.content().readableBytes();
    came += size;
    ended |= data.isEndStream();
    if (body == null) {
      data.release();
      if (streamed) {
        giveBack(data.initialFlowControlledBytes());
      }
      return;
    }
    if (!ended) {
      stream.connection().received(streamId(), size);
    }
    if (streamed) {
      giveBack(data.initialFlowControlledBytes() - size); // padding is read by nobody
    }
    if (size > 0) {
      body.content(data.content());
    } else {
      data.release();
    }
    if (ended && exchange.inbound != null) {
      bodyEnded(exchange, null);
    }
  }

  void trailersCame(Http2HeadersFrame frame) {
    Exchange exchange = stream.exchange();
    Http2Fields fields = frame.isEndStream() ? RequestFields.trailers(frame.headers()) : null;
    ended |= frame.isEndStream();
    if (exchange.inbound == null) {
      return;
    }
    if (fields == null) {
      endBody(Refusal.BAD_BODY, Http2Error.PROTOCOL_ERROR);
    } else {
      bodyEnded(exchange, fields);
    }
  }

  private static void bodyEnded(Exchange exchange, Http2Fields trailers) {
    InboundBody body = exchange.inbound;
    exchange.inbound = null;
    if (exchange.requestTrailers() != null) {
      exchange.requestTrailers().came(trailers == null ? new Http2Fields() : trailers);
    }
    body.end();
  }

  /** The client is told to send the body. */
  void allowBody() {
    stream.exchange().headers().remove(HttpHeaderNames.EXPECT);
    stream.sayContinue();
  }

  /** The body is not wanted; the stream ends behind the response. */
  void dropBody() {
    Exchange exchange = stream.exchange();
    if (exchange.inbound != null) {
      Http1Responses.abandonBody(exchange, new IOException("the body was not wanted"));
      exchange.inbound = null;
    }
  }

  /**
   * Ends a body before its end.
   *
   * @param lastWord with what the stream ends behind the response
   */
  void endBody(Refusal refusal, Http2Error lastWord) {
    Exchange exchange = stream.exchange();
    InboundBody body = exchange.inbound;
    exchange.inbound = null;
    exchange.bodyRefusal = refusal;
    stream.lastWord(lastWord);
    IOException failure = new IOException(refusal.reason());
    body.fail(failure);
    if (exchange.requestTrailers() != null) {
      exchange.requestTrailers().failed(failure);
    }
    if (!exchange.answered && (body.isGathered() || exchange.undecided)) {
      exchange.undecided = false;
      stream.context().application().onRefused(refusal.reply().status());
      exchange.answerWith(refusal.reply()); // else the handler has been called, and answers
    }
  }

  /** Nothing of the body came for too long. */
  void slowBody() {
    LOG.debug("{} sends its request body too slowly", stream.peer().endpoints().remote());
    endBody(Refusal.SLOW_BODY, Http2Error.NO_ERROR);
  }

  /** The response is complete: what is unread is let go of. */
  void abandon() {
    Exchange exchange = stream.exchange();
    if (exchange.inbound != null) {
      exchange.inbound.abandon();
      exchange.inbound = null;
    }
  }

  /** The client has gone. */
  void cut(Throwable cause) {
    Exchange exchange = stream.exchange();
    if (exchange.inbound != null) {
      exchange.bodyRefusal = Refusal.CUT_BODY;
      Http1Responses.abandonBody(exchange, cause);
      exchange.inbound = null;
    }
  }

  String connectProtocol() {
    return connectProtocol;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Returns whether the end of a request body is still to come, for somebody who wants it. */
  boolean isInBody() {
    Exchange exchange = stream.exchange();
    return exchange != null && exchange.inbound != null;
  }

  /** Returns whether the client is waited for to send more of the body. */
  boolean isAwaited() {
    Exchange exchange = stream.exchange();
    return exchange != null && exchange.inbound != null && !exchange.undecided && !isWindowShut();
  }

  /** Returns a number that is another one when the client has sent more. */
  long received() {
    return came;
  }

  // ---- flow control: StreamedBody.Owner

  /** Whether the client may not send any more, because nobody has read what came. */
  private boolean isWindowShut() {
    return streamed && stream.connection().isWindowShut(streamId());
  }

  private int streamId() {
    return ((Http2StreamChannel) stream.channel()).stream().id();
  }

  @Override
  public EventLoop eventLoop() {
    return stream.channel().eventLoop();
  }

  /** Returns null: the window stops the client. */
  @Override
  public ReadGate gate() {
    return null;
  }

  @Override
  public void consumed(int bytes) {
    int unsaid = readBytes.addAndGet(bytes);
    int step = stream.connection().windowStep();
    if (unsaid >= step && unsaid - bytes < step) {
      stream.loop().run(this::giveBackRead);
    }
  }

  private void giveBackRead() {
    giveBack(readBytes.getAndSet(0));
  }

  @Override
  public void unwanted(int bytes) {
    giveBack(bytes);
  }

  private void giveBack(int bytes) {
    if (bytes > 0) {
      stream.connection().giveBack(streamId(), bytes);
    }
  }
}
