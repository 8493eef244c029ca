package weir.http.server;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.body.InboundBody;

/**
 * What comes on an HTTP/1 connection: makes an {@link Exchange} of each decoded request, gives its
 * body to who reads it, and refuses what is malformed, too large or too slow. Only for the event loop.
 */
final class Http1Intake {

  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  private final Http1Connection connection;
  private final ServerContext context;
  private final ServerLoop loop;
  private final ResponseQueue responses;
  private final Http1Decoder decoder;
  private final Meter meter;

  private Exchange receiving;
  private boolean refused;

  // What the timer compares: it changes when something comes.
  private int requestsCame;
  private long bodyBytesCame;

  /**
   * @param meter follows the connection, or null
   */
  Http1Intake(
      Http1Connection connection, ResponseQueue responses, Http1Decoder decoder, Meter meter) {
    this.connection = connection;
    this.context = connection.context();
    this.loop = connection.loop();
    this.responses = responses;
    this.decoder = decoder;
    this.meter = meter;
  }

  // ---- requests

  void requestCame(HttpRequest request) {
    decoder.headerCame();
    requestsCame++;
    if (!connection.isTaking()) {
      return;
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
    if (connection.http2() != null
        && H2cUpgrade.begin(exchange, request, connection, connection.http2())) {
      return;
    }
    if (exchange.inbound != null && Http1Responses.expectsContinue(request)) {
      if (context.config().continueHandler() != null) {
        loop.entry().ask(exchange);
        return;
      }
      connection.allowBody(exchange);
    }
    if (exchange.inbound == null || !exchange.inbound.isGathered()) {
      loop.entry().dispatch(exchange);
    }
  }

  private Exchange newExchange(HttpRequest request) {
    Exchange exchange = new Exchange(connection, request, HttpUtil.isKeepAlive(request));
    exchange.trace = context.observation().came(loop.stats());
    if (meter != null) {
      meter.requests++;
    }
    return exchange;
  }

  /** Returns how many requests have come. */
  int requestsCame() {
    return requestsCame;
  }

  private void refuse(Exchange exchange, Refusal refusal) {
    LOG.debug(
        "refused a request of {}: {}", connection.peer().endpoints().remote(), refusal.reason());
    exchange.closeAfter = true;
    stop();
    context.application().onRefused(refusal.reply().status());
    exchange.answerWith(refusal.reply());
  }

  /** Nothing more is read: what follows cannot be told from a next request. */
  private void stop() {
    refused = true;
    connection.stopReading();
  }

  // ---- bodies

  void contentCame(HttpContent content) {
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
    LOG.debug("bad request body from {}", connection.peer().endpoints().remote(), cause);
    boolean tooLarge = cause instanceof TooLongHttpHeaderException; // of the trailers
    endBody(exchange, tooLarge ? Refusal.HEADERS_TOO_LARGE : Refusal.BAD_BODY, cause);
  }

  /** The body is not wanted; what comes of it cannot be told from a next request. */
  void dropBody(Exchange exchange) {
    if (exchange.inbound != null) {
      Http1Responses.abandonBody(exchange, new IOException("the body was not wanted"));
      exchange.inbound = null;
      receiving = null;
    }
    exchange.closeAfter = true;
    stop();
  }

  /** Ends a body before its end. */
  void endBody(Exchange exchange, Refusal refusal, Throwable cause) {
    InboundBody body = exchange.inbound;
    receiving = null;
    exchange.inbound = null;
    exchange.bodyRefusal = refusal;
    exchange.closeAfter = true;
    stop();
    IOException failure = new IOException(refusal.reason(), cause);
    body.fail(failure);
    if (exchange.requestTrailers() != null) {
      exchange.requestTrailers().failed(failure);
    }
    if (exchange.answered) {
      connection.closeAfterWrites();
    } else if (body.isGathered() || exchange.undecided) {
      exchange.undecided = false;
      context.application().onRefused(refusal.reply().status());
      exchange.answerWith(refusal.reply()); // else the handler has been called, and answers
    }
  }

  // ---- slow clients

  /** Returns what the client is to send next, as far as it is waited for. */
  Http1Timer.Phase phase() {
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

  /** Returns whether the end of a request is still to come. */
  boolean isInBody() {
    return receiving != null;
  }

  /** Returns a number that is another one when the client has sent what is waited for. */
  long received() {
    return receiving == null ? requestsCame : bodyBytesCame;
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
    LOG.debug("{} sends its request body too slowly", connection.peer().endpoints().remote());
    endBody(receiving, Refusal.SLOW_BODY, null);
  }

  // ---- what the connection asks

  boolean isReceiving() {
    return receiving != null;
  }

  /** Returns whether the body of an exchange is still to come. */
  boolean isReceiving(Exchange exchange) {
    return exchange == receiving;
  }

  /**
   * Nothing that still comes is wanted.
   *
   * @return whether something may
   */
  boolean forget() {
    boolean peerSends = receiving != null || refused;
    receiving = null;
    return peerSends;
  }
}
