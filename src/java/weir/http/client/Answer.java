package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Extras;
import weir.http.body.InboundBody;
import weir.net.LoopTasks;

/**
 * The answer to one exchange while it arrives, whatever the protocol: interim responses, the head, the
 * body and what stands behind it. Only for the event loop, except where a method says otherwise.
 */
final class Answer {

  private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

  /** So many interim responses may come before the final one. */
  private static final int MAX_INTERIM = 32;

  private final AnswerOwner owner;
  private final Exchange exchange;
  private final ClientConfig config;
  private int interim;
  private boolean headCame;
  private ClientResponse response; // until it is delivered: nothing here may keep its body alive
  private InboundBody body;
  private ProgressMeter meter; // of the body, or null
  private Trailers trailers; // null if there can be none
  private boolean delivered;
  private boolean complete;
  private Silence silence; // of a request with a socket timeout, else null

  Answer(AnswerOwner owner, Exchange exchange, ClientConfig config) {
    this.owner = owner;
    this.exchange = exchange;
    this.config = config;
  }

  Exchange exchange() {
    return exchange;
  }

  /** Whether the head of the final response is there. */
  boolean headCame() {
    return headCame;
  }

  /** Whether the server has not said a word. */
  boolean nothingCame() {
    return !headCame && interim == 0;
  }

  /** Whether it has come to its end. */
  boolean isComplete() {
    return complete;
  }

  // ---- silence of the server

  /** The request is being sent on a channel, by a writer. */
  void watch(Channel channel, RequestWriter writer) {
    Extras extras = exchange.request().extras();
    long limit = extras == null ? 0 : extras.socketTimeoutMillis();
    if (limit > 0) {
      silence =
          Silence.watch(
              channel,
              limit,
              () -> !owner.gate().isOpen() || !writer.isSent(),
              () -> owner.fail(Timeouts.silence(limit)));
    }
  }

  private void heard() {
    if (silence != null) {
      silence.heard();
    }
  }

  /** The exchange is over for its owner. */
  void over() {
    exchange.over();
    if (silence != null) {
      silence.stop();
    }
  }

  // ---- what comes

  /** An interim response has come; ends the exchange if there are too many of them. */
  void interimCame() {
    heard();
    if (++interim > MAX_INTERIM) {
      owner.fail(new ProtocolException("more than " + MAX_INTERIM + " interim responses"));
    }
  }

  /**
   * The head has come.
   *
   * @param behind what is told of the fields behind the body, or null if there can be none
   */
  void headCame(ClientResponse head, Trailers behind) {
    heard();
    headCame = true;
    trailers = behind;
    response = head;
    body = ResponseBodies.plan(this, owner, head, config);
    Extras extras = exchange.request().extras();
    meter =
        extras == null || exchange.call().isFollowing()
            ? null
            : ProgressMeter.of(extras.download(), head.contentLength());
    if (head.body() != null) {
      deliver(); // a streamed body is read while it arrives
    }
  }

  private void deliver() {
    ClientResponse done = response;
    response = null;
    delivered = true;
    if (!exchange.finish()) {
      owner.fail(null);
      return;
    }
    exchange.reading(this::timedOut);
    exchange.handOver().responded(exchange, done);
  }

  /** A piece of the body has come, which belongs to this from now on. */
  void content(ByteBuf piece) {
    if (!piece.isReadable()) {
      piece.release();
      return;
    }
    heard();
    if (meter != null) {
      meter.add(piece.readableBytes());
    }
    body.content(piece);
  }

  /** The end has come; {@link #finish} is still to be called. */
  void ended(HttpHeaders behind) {
    if (trailers != null) {
      trailers.came(behind);
      trailers = null;
    }
    complete = true;
  }

  /** The end is here, as far as anybody wants to know. */
  void cut() {
    complete = true;
  }

  // ---- how it ends

  /** The program gets the response, if it does not have it, or the end of its body. */
  void finish() {
    body.end();
    if (!delivered && exchange.finish()) {
      exchange.call().responded(exchange, response);
    }
  }

  /** What is there of it will never be complete. */
  void broken(Throwable cause) {
    if (body != null) {
      body.fail(cause);
    }
    failTrailers(cause);
  }

  /** Nobody wants to know any more. */
  void abandon() {
    if (body != null) {
      body.abandon();
    }
    failTrailers(new IOException("the body was closed"));
  }

  private void failTrailers(Throwable cause) {
    if (trailers != null) {
      trailers.error(cause);
      trailers = null;
    }
  }

  /** The exchange fails, unless it has its outcome already. */
  void failExchange(Throwable cause) {
    if (exchange.finish()) {
      exchange.call().failed(exchange, cause);
    }
  }

  /** Returns what is to be said when the connection is gone. */
  ConnectionClosedException closedEarly(Throwable cause) {
    return new ConnectionClosedException(exchange.requestMillis(), exchange.request(), cause);
  }

  // ---- what the reader of a streamed body does; on any thread

  private void timedOut() {
    LoopTasks.later(
        owner.eventLoop(),
        () -> {
          if (owner.answer() == this) {
            owner.fail(Timeouts.read(exchange.request().readTimeoutMillis()));
          }
        });
  }

  /** The program has closed the body, or read it to its end. May be called on any thread. */
  void bodyClosed() {
    LoopTasks.run(
        owner.eventLoop(),
        () -> {
          if (owner.answer() == this && !complete) {
            owner.fail(null);
          }
        });
  }

  /** Nobody can read the body any more. May be called on any thread. */
  void bodyLost() {
    LoopTasks.later(
        owner.eventLoop(),
        () -> {
          if (owner.answer() == this && !complete) {
            LOG.warn(
                "the body of {} was neither read to its end nor closed; its connection is lost",
                exchange.request());
            owner.fail(null);
          }
        });
  }
}
