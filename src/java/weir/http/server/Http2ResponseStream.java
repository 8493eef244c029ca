package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.nio.channels.ClosedChannelException;
import weir.deferred.Deferred;
import weir.http.HeaderFields;
import weir.http.SentTrailers;
import weir.http.ServerListener.Outcome;
import weir.http.body.BodySink;
import weir.http.http2.FieldSection;

/** The body of one HTTP/2 response on its way out. */
final class Http2ResponseStream implements BodySink {

  private final Http2Stream stream;
  private final Exchange exchange;
  private long remaining;
  private boolean waiting; // for what follows the body
  private boolean over;

  Http2ResponseStream(Http2Stream stream, Exchange exchange) {
    this.stream = stream;
    this.exchange = exchange;
    this.remaining = exchange.contentLength;
  }

  @Override
  public EventLoop eventLoop() {
    return stream.channel().eventLoop();
  }

  @Override
  public boolean isWritable() {
    return stream.isWritable();
  }

  @Override
  public ChannelFuture write(ByteBuf piece) {
    int n = piece.readableBytes();
    if (over) {
      piece.release();
      return lost();
    }
    if (n == 0) {
      piece.release();
      return stream.ctx().newSucceededFuture();
    }
    if (remaining >= 0) {
      if (n > remaining) {
        piece.release();
        abort(new IllegalStateException(wrongLength("longer than")));
        return lost();
      }
      remaining -= n;
    }
    Trace noted = exchange.trace;
    if (noted != null) {
      noted.bodyBytes += n;
    }
    ChannelFuture written = stream.writeData(piece, false);
    stream.flushSoon();
    return written;
  }

  private ChannelFuture lost() {
    return stream.ctx().newFailedFuture(new ClosedChannelException());
  }

  @Override
  public void end() {
    if (over) {
      return;
    }
    if (remaining > 0) {
      abort(new IllegalStateException(wrongLength(remaining + " bytes shorter than")));
      return;
    }
    Object trailers = exchange.trailers;
    if (trailers == null) {
      finish(null);
    } else if (trailers instanceof HeaderFields fields) {
      finish(fields);
    } else if (!waiting) {
      waiting = true;
      await(SentTrailers.late(trailers, exchange.context().blockingExecutor()));
    }
  }

  private void await(Deferred<Object> trailers) {
    trailers.onRealized(
        new Functions.Of(fields -> exchange.loop().run(() -> finish((HeaderFields) fields))),
        new Functions.Of(
            error -> exchange.loop().run(() -> abort(ErrorResponses.asThrowable(error)))));
  }

  private void finish(HeaderFields trailers) {
    if (over) {
      return;
    }
    over = true;
    Object last =
        trailers == null || trailers.size() == 0
            ? new DefaultHttp2DataFrame(true)
            : new DefaultHttp2HeadersFrame(FieldSection.trailers(trailers), true);
    stream.done(stream.write(last));
    stream.flushSoon();
  }

  @Override
  public void abort(Throwable cause) {
    if (over) {
      return;
    }
    over = true;
    exchange.note(Outcome.FAILED);
    ErrorResponses.LOG.error(
        "the response body of {} failed; the stream is reset, so that the client can tell",
        exchange,
        cause);
    exchange.streaming.discard();
    stream.reset(Http2Error.INTERNAL_ERROR);
  }

  /** The client has gone, or has reset the stream. */
  void connectionLost(Throwable cause) {
    if (!over) {
      over = true;
      ErrorResponses.LOG.debug("the client of {} has gone away", exchange, cause);
      exchange.streaming.discard();
    }
  }

  private String wrongLength(String what) {
    return "the response body is "
        + what
        + " its Content-Length of "
        + exchange.contentLength
        + " (leave the header out)";
  }
}
