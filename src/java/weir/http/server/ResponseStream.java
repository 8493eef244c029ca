package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import weir.deferred.Deferred;
import weir.http.HeaderFields;
import weir.http.SentTrailers;
import weir.http.ServerListener.Outcome;
import weir.http.body.BodySink;
import weir.http.body.Chunks;

/** The body of one HTTP/1 response on its way out: chunked, of a known length, or ended by closing. */
final class ResponseStream implements BodySink {

  private static final byte[] NOTHING = {};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private final Http1Connection connection;
  private final Exchange exchange;
  private final Http1Output output;
  private final ChannelHandlerContext ctx;
  private final boolean chunked;
  private long remaining;
  private boolean waiting; // for what follows the body
  private boolean over;

  ResponseStream(Http1Connection connection, Exchange exchange) {
    this.connection = connection;
    this.exchange = exchange;
    this.output = connection.output();
    this.ctx = output.wire();
    this.remaining = exchange.contentLength;
    this.chunked = remaining < 0 && !exchange.isHttp10();
  }

  @Override
  public EventLoop eventLoop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  @Override
  public ChannelFuture write(ByteBuf piece) {
    int n = piece.readableBytes();
    if (over) {
      piece.release();
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    if (n == 0) {
      piece.release();
      return ctx.newSucceededFuture();
    }
    if (remaining >= 0) {
      if (n > remaining) {
        piece.release();
        abort(tooLong());
        return ctx.newFailedFuture(new ClosedChannelException());
      }
      remaining -= n;
    }
    sent(n);
    output.passGathered();
    return chunked ? Chunks.write(ctx, piece) : ctx.writeAndFlush(piece);
  }

  @Override
  public ChannelFuture write(FileRegion region) {
    if (over) {
      region.release();
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    remaining -= region.count();
    sent(region.count());
    output.passGathered();
    return ctx.writeAndFlush(region);
  }

  private void sent(long n) {
    Trace noted = exchange.trace;
    if (noted != null) {
      noted.bodyBytes += n;
    }
  }

  @Override
  public boolean canSendFile() {
    return !chunked && !connection.isSecure();
  }

  @Override
  public void end() {
    if (over) {
      return;
    }
    if (remaining > 0) {
      abort(tooShort());
      return;
    }
    Object trailers = chunked ? exchange.trailers : null;
    if (trailers == null) {
      finish(chunked ? LAST_CHUNK : NOTHING);
    } else if (trailers instanceof HeaderFields fields) {
      finish(Http1Responses.lastChunk(fields));
    } else if (!waiting) {
      waiting = true;
      await(SentTrailers.late(trailers, exchange.context().blockingExecutor()));
    }
  }

  private void await(Deferred<Object> trailers) {
    trailers.onRealized(
        new Functions.Of(
            fields ->
                exchange.loop().run(() -> finish(Http1Responses.lastChunk((HeaderFields) fields)))),
        new Functions.Of(
            error -> exchange.loop().run(() -> abort(ErrorResponses.asThrowable(error)))));
  }

  private void finish(byte[] end) {
    if (!over) {
      over = true;
      output.gather(end, end.length, 0);
      connection.responses().streamed(exchange);
    }
  }

  @Override
  public void abort(Throwable cause) {
    if (over) {
      return;
    }
    over = true;
    exchange.note(Outcome.FAILED);
    ErrorResponses.LOG.error(
        "the response body of {} failed; the connection is closed, so that the client can tell",
        exchange,
        cause);
    exchange.streaming.discard();
    connection.abort(chunked || exchange.contentLength >= 0);
  }

  /** The peer is gone. */
  void connectionLost(Throwable cause) {
    if (!over) {
      over = true;
      ErrorResponses.LOG.debug("the client of {} has gone away", exchange, cause);
      exchange.streaming.discard();
    }
  }

  private IllegalStateException tooLong() {
    return new IllegalStateException(
        "the response body is longer than its Content-Length of "
            + exchange.contentLength
            + " (leave the header out)");
  }

  private IllegalStateException tooShort() {
    return new IllegalStateException(
        "the response body is "
            + remaining
            + " bytes shorter than its Content-Length of "
            + exchange.contentLength
            + " (leave the header out)");
  }
}
