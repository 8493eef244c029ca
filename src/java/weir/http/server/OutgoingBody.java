package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import java.nio.channels.ClosedChannelException;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.http.HeaderFields;
import weir.http.SentTrailers;
import weir.http.ServerListener.Outcome;
import weir.http.body.BodySink;

/**
 * The body of a response on its way out: holds it to its length, and ends it once. The event loop
 * alone calls this.
 */
abstract class OutgoingBody implements BodySink {

  private final Exchange exchange;
  private final ChannelHandlerContext ctx;
  private long remaining; // below zero if the length is not known
  private boolean waiting; // for what follows the body
  private boolean over;

  OutgoingBody(Exchange exchange, ChannelHandlerContext ctx) {
    this.exchange = exchange;
    this.ctx = ctx;
    this.remaining = exchange.contentLength;
  }

  /** Writes a piece that is not empty. */
  abstract ChannelFuture send(ByteBuf piece);

  /** Writes a piece of a file; for sinks that {@linkplain #canSendFile can}. */
  abstract ChannelFuture send(FileRegion piece);

  /** Returns what gives the fields behind the body, or null if there are none. */
  abstract Object trailers();

  /** Writes what ends the body; fields may be null. */
  abstract void finish(HeaderFields trailers);

  /** Tells the client that the rest will not come. */
  abstract void cut();

  /** Returns how {@link #cut} does so, for the log. */
  abstract String howItIsCut();

  final Exchange exchange() {
    return exchange;
  }

  final ChannelHandlerContext ctx() {
    return ctx;
  }

  @Override
  public final EventLoop eventLoop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public final ChannelFuture write(ByteBuf piece) {
    int n = piece.readableBytes();
    if (over) {
      piece.release();
      return lost();
    }
    if (n == 0) {
      piece.release();
      return ctx.newSucceededFuture();
    }
    if (remaining >= 0) {
      if (n > remaining) {
        piece.release();
        abort(wrongLength("longer than"));
        return lost();
      }
      remaining -= n;
    }
    count(n);
    return send(piece);
  }

  @Override
  public final ChannelFuture write(FileRegion region) {
    if (over) {
      region.release();
      return lost();
    }
    remaining -= region.count();
    count(region.count());
    return send(region);
  }

  private ChannelFuture lost() {
    return ctx.newFailedFuture(new ClosedChannelException());
  }

  private void count(long n) {
    Trace noted = exchange.trace;
    if (noted != null) {
      noted.bodyBytes += n;
    }
  }

  @Override
  public final void end() {
    if (over) {
      return;
    }
    if (remaining > 0) {
      abort(wrongLength(remaining + " bytes shorter than"));
      return;
    }
    Object trailers = trailers();
    if (trailers == null) {
      finishOnce(null);
    } else if (trailers instanceof HeaderFields fields) {
      finishOnce(fields);
    } else if (!waiting) {
      waiting = true;
      await(SentTrailers.late(trailers, exchange.context().blockingExecutor()));
    }
  }

  private void await(Deferred<Object> trailers) {
    trailers.onRealized(
        Functions.of(fields -> exchange.loop().run(() -> finishOnce((HeaderFields) fields))),
        Functions.of(error -> exchange.loop().run(() -> abort(ErrorResponses.asThrowable(error)))));
  }

  private void finishOnce(HeaderFields trailers) {
    if (!over) {
      over = true;
      finish(trailers);
    }
  }

  @Override
  public final void abort(Throwable cause) {
    if (over) {
      return;
    }
    over = true;
    exchange.note(Outcome.FAILED);
    ErrorResponses.LOG.error(
        "the response body of {} failed; {}, so that the client can tell",
        exchange,
        howItIsCut(),
        cause);
    exchange.streaming.discard();
    cut();
  }

  /** The client has gone, or wants no more of it. */
  final void connectionLost(Throwable cause) {
    if (!over) {
      over = true;
      ErrorResponses.LOG.debug("the client of {} has gone away", exchange, cause);
      exchange.streaming.discard();
    }
  }

  private IllegalStateException wrongLength(String what) {
    return new IllegalStateException(
        "the response body is "
            + what
            + " its Content-Length of "
            + exchange.contentLength
            + " (leave the header out)");
  }
}
