package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import weir.deferred.Callback;
import weir.http.HeaderFields;
import weir.http.HttpRequest;
import weir.http.SentTrailers;
import weir.http.body.Bodies;
import weir.http.body.BodySink;
import weir.http.body.StreamedContent;
import weir.http.body.StreamingBody;
import weir.http.body.WholeBody;

/**
 * Writes one request, whatever the protocol, which a subclass knows. Only for the event loop of its
 * connection.
 */
abstract class RequestWriter implements BodySink {

  /** How long a server may take to say 100 (RFC 9110 §10.1.1); after it the body is sent anyway. */
  private static final long CONTINUE_MILLIS = 1000;

  /** The length of a body whose end is only known when it is there. */
  static final long OPEN_END = -1;

  private final AnswerOwner owner;
  private final ChannelHandlerContext ctx;
  private final ClientConfig config;
  private final HttpRequest request;

  private Object content; // byte[] or ByteBuf that is held back until the server wants it
  private StreamingBody body;
  private long remaining;
  private Object trailers; // of SentTrailers, or null
  private ProgressMeter meter; // or null
  private boolean awaitingContinue;
  private boolean complete;
  private boolean cancelled;

  RequestWriter(
      AnswerOwner owner, ChannelHandlerContext ctx, ClientConfig config, HttpRequest request) {
    this.owner = owner;
    this.ctx = ctx;
    this.config = config;
    this.request = request;
  }

  // ---- what a protocol knows

  /** Writes the head alone; content follows. */
  abstract void writeHead(RequestFields fields);

  /** Writes the head with all of the content, which may be empty. */
  abstract void writeAll(RequestFields fields, Object bytes);

  /** Writes all of the content behind a head. */
  abstract ChannelFuture writeContent(ByteBuf content);

  /** Writes a piece of the content. */
  abstract ChannelFuture writePiece(ByteBuf piece);

  /** Writes what ends the content, if anything does. */
  abstract void writeEnd();

  /** Writes what ends content of open end, with fields behind it. */
  abstract void writeTrailers(HeaderFields fields);

  final HttpRequest request() {
    return request;
  }

  /** Returns how many bytes of content are still to come, or {@link #OPEN_END}. */
  final long remaining() {
    return remaining;
  }

  final boolean isStreamed() {
    return body != null;
  }

  final boolean isMetered() {
    return meter != null;
  }

  final boolean isCancelled() {
    return cancelled;
  }

  /** So many bytes of the content are on their way. */
  final void written(long bytes) {
    remaining -= bytes;
  }

  // ---- the request

  /** Whether all of the request is written. */
  boolean isComplete() {
    return complete;
  }

  /** Whether it is not the program's turn: all is written, or the server is asked first. */
  boolean isSent() {
    return complete || awaitingContinue;
  }

  /**
   * Whether the request may be sent once more: its method is idempotent (RFC 9110 §9.2.2) and its
   * body can be read again.
   */
  boolean isRepeatable() {
    return isIdempotent(request.method()) && isReplayable(request.body());
  }

  static boolean isIdempotent(String method) {
    return switch (method) {
      case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" -> true;
      default -> false;
    };
  }

  static boolean isReplayable(Object body) {
    return body == null
        || body instanceof String
        || body instanceof byte[]
        || body instanceof ByteBuffer
        || body instanceof File
        || body instanceof Path
        || (body instanceof StreamedContent content && content.isReplayable());
  }

  /** RFC 9110 §8.6: only methods that define a meaning for content say that there is none. */
  static boolean sendsContent(String method) {
    return switch (method) {
      case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT" -> false;
      default -> true;
    };
  }

  /**
   * Writes the head, and the body as far as it is there.
   *
   * @throws IllegalArgumentException if the body cannot be sent
   */
  void write() {
    Object whole = request.body();
    RequestFields fields = new RequestFields(request);
    Object bytes = Bodies.contiguous(whole, fields.contentType);
    if (bytes == Bodies.NOT_CONTIGUOUS) {
      body = StreamingBody.of(whole, config.blockingExecutor());
      remaining = fields.length >= 0 ? fields.length : body.length();
    } else {
      remaining = Bodies.length(bytes);
      fields.check(remaining);
    }
    if (request.extras() != null) {
      meter = ProgressMeter.of(request.extras().upload(), remaining);
      if (request.extras().trailers() != null) {
        trailers = SentTrailers.early(request.extras().trailers());
        body = body == null ? new WholeBody(bytes) : body;
        remaining = OPEN_END;
      }
    }
    if (fields.expectsContinue && (body != null || remaining > 0)) {
      holdBack(fields, bytes);
    } else if (body != null) {
      writeHead(fields);
      body.start(this);
    } else if (meter != null) {
      writeHead(fields);
      writeHeld(bytes);
    } else {
      complete = true;
      writeAll(fields, bytes);
    }
  }

  private void writeHeld(Object bytes) {
    complete = true;
    int length = Bodies.length(bytes); // before writing, which releases a buffer
    metered(writeContent(asBuffer(bytes)), length);
  }

  static ByteBuf asBuffer(Object bytes) {
    return bytes instanceof byte[] array ? Unpooled.wrappedBuffer(array) : (ByteBuf) bytes;
  }

  // ---- Expect: 100-continue

  private void holdBack(RequestFields fields, Object bytes) {
    awaitingContinue = true;
    content = body == null ? bytes : null;
    writeHead(fields);
    owner.eventLoop().schedule(this::proceed, CONTINUE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The server wants the body, or does not say. */
  void proceed() {
    if (!awaitingContinue || cancelled) {
      return;
    }
    awaitingContinue = false;
    if (body != null) {
      body.start(this);
    } else {
      Object held = content;
      content = null;
      writeHeld(held);
    }
  }

  /** Nobody wants the rest of the body any more. */
  void cancel() {
    if (complete || cancelled) {
      return;
    }
    cancelled = true;
    if (body != null) {
      body.discard();
    } else if (content instanceof ByteBuf held) {
      held.release();
    }
  }

  // ---- a body in pieces

  @Override
  public EventLoop eventLoop() {
    return owner.eventLoop();
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  @Override
  public ChannelFuture write(ByteBuf piece) {
    int n = piece.readableBytes();
    if (cancelled) {
      piece.release();
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    if (n == 0) {
      piece.release();
      return ctx.newSucceededFuture();
    }
    if (remaining == OPEN_END) {
      return metered(writePiece(piece), n);
    }
    if (n > remaining) {
      piece.release();
      abort(wrongLength("longer"));
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    remaining -= n;
    return metered(writePiece(piece), n);
  }

  private ChannelFuture metered(ChannelFuture written, int n) {
    return meter == null ? written : meter.addWhenWritten(written, n);
  }

  @Override
  public void end() {
    if (cancelled) {
      return;
    }
    if (remaining > 0) {
      abort(wrongLength("shorter"));
      return;
    }
    if (trailers == null) {
      complete = true;
      writeEnd();
    } else if (trailers instanceof HeaderFields fields) {
      complete = true;
      writeTrailers(fields);
    } else {
      Object asked = trailers;
      trailers = new HeaderFields(); // not asked for twice
      SentTrailers.late(asked, config.blockingExecutor()).listen(new Late());
    }
  }

  /** Waits for the fields behind the body. */
  private final class Late extends Callback {
    @Override
    protected void onSuccess(Object fields) {
      eventLoop()
          .execute(
              () -> {
                if (!cancelled) {
                  complete = true;
                  writeTrailers((HeaderFields) fields);
                }
              });
    }

    @Override
    protected void onError(Object error) {
      eventLoop()
          .execute(
              () ->
                  abort(
                      error instanceof Throwable t
                          ? t
                          : new IllegalStateException("the trailers failed with " + error)));
    }
  }

  @Override
  public void abort(Throwable cause) {
    // A broken connection is no fault of the body: what the server has said decides.
    if (!cancelled && ctx.channel().isActive() && !(cause instanceof ClosedChannelException)) {
      owner.fail(cause);
    }
  }

  private static IllegalArgumentException wrongLength(String how) {
    return new IllegalArgumentException(
        "the request body is " + how + " than its Content-Length (leave the header out)");
  }
}
