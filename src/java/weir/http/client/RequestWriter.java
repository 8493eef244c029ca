package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import weir.http.HeaderCase;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.Url;
import weir.http.body.Bodies;
import weir.http.body.BodySink;
import weir.http.body.Chunks;
import weir.http.body.StreamedContent;
import weir.http.body.StreamingBody;

/** Writes one request. Only for the event loop of its connection. */
final class RequestWriter implements BodySink {

  /** A body up to this size goes out behind its head, in the same buffer. */
  private static final int MAX_COPIED = 16 * 1024;

  /** How long a server may take to say 100 (RFC 9110 §10.1.1); after it the body is sent anyway. */
  private static final long CONTINUE_MILLIS = 1000;

  private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
  private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] LOWER_CONTENT_LENGTH = ascii("content-length: ");
  private static final byte[] LOWER_CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] LOWER_CLOSE = ascii("connection: close\r\n");
  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
  private static final short CRLF = (short) ('\r' << 8 | '\n');
  private static final long CHUNKS = -1;

  private final Http1ClientConnection connection;
  private final HttpRequest request;
  private final ChannelHandlerContext ctx;

  private Object content; // byte[] or ByteBuf that is held back until the server wants it
  private StreamingBody body;
  private long remaining;
  private ProgressMeter meter; // or null
  private boolean awaitingContinue;
  private boolean complete;
  private boolean cancelled;

  RequestWriter(Http1ClientConnection connection, HttpRequest request) {
    this.connection = connection;
    this.request = request;
    this.ctx = connection.ctx();
  }

  /** Whether all of the request is written. */
  boolean isComplete() {
    return complete;
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

  /**
   * Writes the head, and the body as far as it is there.
   *
   * @throws IllegalArgumentException if the body cannot be sent
   */
  void write() {
    Object whole = request.body();
    Fields fields = new Fields(request);
    Object bytes = Bodies.contiguous(whole, fields.contentType);
    if (bytes == Bodies.NOT_CONTIGUOUS) {
      body = StreamingBody.of(whole, connection.config().blockingExecutor());
      remaining = fields.length >= 0 ? fields.length : body.length();
    } else {
      remaining = Bodies.length(bytes);
      fields.check(remaining);
    }
    if (request.extras() != null) {
      meter = ProgressMeter.of(request.extras().upload(), remaining);
    }
    ByteBuf head = head(fields, bytes);
    if (fields.expectsContinue && (body != null || remaining > 0)) {
      holdBack(head, bytes);
    } else if (body != null) {
      ctx.writeAndFlush(head, ctx.voidPromise());
      body.start(this);
    } else {
      writeWithContent(head, bytes);
    }
  }

  private void writeWithContent(ByteBuf head, Object bytes) {
    if (meter != null) {
      ctx.write(head, ctx.voidPromise());
      writeContent(bytes);
      return;
    }
    complete = true;
    if (bytes instanceof byte[] array && array.length <= MAX_COPIED) {
      ctx.writeAndFlush(head.writeBytes(array), ctx.voidPromise());
      return;
    }
    ctx.write(head, ctx.voidPromise());
    ctx.writeAndFlush(asBuffer(bytes), ctx.voidPromise());
  }

  private void writeContent(Object bytes) {
    complete = true;
    if (meter == null) {
      ctx.writeAndFlush(asBuffer(bytes), ctx.voidPromise());
    } else {
      int length = Bodies.length(bytes); // before writing, which releases a buffer
      meter.addWhenWritten(ctx.writeAndFlush(asBuffer(bytes)), length);
    }
  }

  private static ByteBuf asBuffer(Object bytes) {
    return bytes instanceof byte[] array ? Unpooled.wrappedBuffer(array) : (ByteBuf) bytes;
  }

  // ---- the head

  /** The fields of a request, those told apart that decide about its framing. */
  private static final class Fields {
    final HeaderFields all;
    boolean hasHost;
    boolean closes;
    boolean expectsContinue;
    String contentType;
    long length = -1;

    Fields(HttpRequest request) {
      all = request.fields();
      for (int i = 0; i < all.size(); i++) {
        HeaderName name = all.name(i);
        String value = all.value(i);
        switch (name.role()) {
          case HOST -> hasHost = true;
          case CONTENT_TYPE -> contentType = value;
          case CONTENT_LENGTH -> length = parse(value);
          case CONNECTION -> closes |= value.toLowerCase(java.util.Locale.ROOT).contains("close");
          case EXPECT -> expectsContinue = value.equalsIgnoreCase("100-continue");
          default -> {}
        }
      }
    }

    private static long parse(String value) {
      try {
        long n = Long.parseLong(value.trim());
        if (n >= 0) {
          return n;
        }
      } catch (NumberFormatException e) {
        // falls through to the one message for both faults
      }
      throw new IllegalArgumentException(
          "header Content-Length is \"" + value + "\" (expected: a whole number of bytes)");
    }

    void check(long actual) {
      if (length >= 0 && length != actual) {
        throw new IllegalArgumentException(
            "header Content-Length is "
                + length
                + " but the body has "
                + actual
                + " bytes (leave the header out)");
      }
    }
  }

  private ByteBuf head(Fields fields, Object bytes) {
    Url url = request.url();
    int room = bytes instanceof byte[] array && array.length <= MAX_COPIED ? array.length : 0;
    ByteBuf head = ctx.alloc().directBuffer(256 + 64 * fields.all.size() + room);
    try {
      ascii(head, request.method());
      head.writeByte(' ');
      if (connection.isForwarded()) {
        ascii(head, "http://" + url.authority()); // RFC 9112 §3.2.2
      }
      ascii(head, url.path());
      if (url.query() != null) {
        head.writeByte('?');
        ascii(head, url.query());
      }
      head.writeBytes(VERSION);
      if (!fields.hasHost) {
        head.writeBytes(connection.hostLine());
      }
      fields(head, fields.all);
      if (!connection.config().keepAlive() && !fields.closes) {
        head.writeBytes(lower() ? LOWER_CLOSE : CLOSE);
      }
      framing(head);
      head.writeShort(CRLF);
      return head;
    } catch (Throwable t) {
      head.release();
      throw t;
    }
  }

  private boolean lower() {
    return connection.config().headerCase() == HeaderCase.LOWER;
  }

  private void fields(ByteBuf head, HeaderFields all) {
    HeaderCase spelling = connection.config().headerCase();
    for (int i = 0; i < all.size(); i++) {
      HeaderName name = all.name(i);
      if (name.role() != HeaderName.Role.CONTENT_LENGTH
          && name.role() != HeaderName.Role.TRANSFER_ENCODING) {
        head.writeBytes(name.line(spelling));
        ascii(head, all.value(i));
        head.writeShort(CRLF);
      }
    }
  }

  private void framing(ByteBuf head) {
    if (remaining == CHUNKS) {
      head.writeBytes(lower() ? LOWER_CHUNKED : CHUNKED);
    } else if (remaining > 0 || body != null || sendsContent(request.method())) {
      head.writeBytes(lower() ? LOWER_CONTENT_LENGTH : CONTENT_LENGTH);
      ascii(head, Long.toString(remaining));
      head.writeShort(CRLF);
    }
  }

  /** RFC 9110 §8.6: only methods that define a meaning for content say that there is none. */
  private static boolean sendsContent(String method) {
    return switch (method) {
      case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT" -> false;
      default -> true;
    };
  }

  // ---- Expect: 100-continue

  private void holdBack(ByteBuf head, Object bytes) {
    awaitingContinue = true;
    content = body == null ? bytes : null;
    ctx.writeAndFlush(head, ctx.voidPromise());
    connection.eventLoop().schedule(this::proceed, CONTINUE_MILLIS, TimeUnit.MILLISECONDS);
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
      writeContent(held);
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
    return connection.eventLoop();
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
    if (remaining == CHUNKS) {
      return metered(Chunks.write(ctx, piece), n);
    }
    if (n > remaining) {
      piece.release();
      abort(wrongLength("longer"));
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    remaining -= n;
    return metered(ctx.writeAndFlush(piece), n);
  }

  private ChannelFuture metered(ChannelFuture written, int n) {
    return meter == null ? written : meter.addWhenWritten(written, n);
  }

  @Override
  public ChannelFuture write(FileRegion region) {
    if (cancelled) {
      region.release();
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    remaining -= region.count();
    return ctx.writeAndFlush(region);
  }

  @Override
  public boolean canSendFile() {
    return remaining != CHUNKS && !connection.isSecure() && meter == null;
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
    complete = true;
    if (remaining == CHUNKS) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(LAST_CHUNK), ctx.voidPromise());
    }
  }

  @Override
  public void abort(Throwable cause) {
    // A broken connection is no fault of the body: what the server has said decides.
    if (!cancelled && ctx.channel().isActive() && !(cause instanceof ClosedChannelException)) {
      connection.fail(cause);
    }
  }

  private static IllegalArgumentException wrongLength(String how) {
    return new IllegalArgumentException(
        "the request body is " + how + " than its Content-Length (leave the header out)");
  }

  private static void ascii(ByteBuf out, String s) {
    out.writeCharSequence(s, StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }
}
