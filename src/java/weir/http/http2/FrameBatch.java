package weir.http.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;

/**
 * Writes short responses as a whole, past the codec and the channels of streams: their frames are
 * gathered in one buffer, which goes to the socket when the codec flushes, and need neither buffers nor
 * promises of their own. Their streams end when the buffer was flushed.
 *
 * <p>Takes only what can be sent at once: what has to wait for a window, or for the socket, is up to the
 * codec, which knows whose turn it is. Stands before the codec in the pipeline. For the event loop.
 */
public final class FrameBatch extends ChannelOutboundHandlerAdapter {

  /** Larger bodies are not copied. */
  private static final int MAX_COPIED = 4096;

  private static final int FRAME_HEADER_BYTES = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** More than this is not held back, so that it counts as written. */
  private static final int MOST = 16 * 1024;

  private static final int LEAST_CAPACITY = 512;
  private static final int STREAMS = 32;

  private final Http2FrameCodec codec;
  private final Http2HeadersEncoder encoder;
  private final PrioritizedSending sending;
  private ChannelHandlerContext ctx;
  private ByteBuf gathered;
  private int capacity = LEAST_CAPACITY;

  private Http2Stream[] answered = new Http2Stream[STREAMS]; // those that end with the next flush
  private int ending;

  private FrameBatch(
      Http2FrameCodec codec, Http2HeadersEncoder encoder, PrioritizedSending sending) {
    this.codec = codec;
    this.encoder = encoder;
    this.sending = sending;
  }

  /** Returns what gathers frames for a codec; null if that codec does not let others encode. */
  static FrameBatch of(Http2FrameCodec codec) {
    return codec.encoder().configuration().headersConfiguration() instanceof Http2HeadersEncoder e
            && codec.connection().remote().flowController() instanceof PrioritizedSending sending
        ? new FrameBatch(codec, e, sending)
        : null;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext c) {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  // ---- responses

  /**
   * Writes the response to a request that is complete, to be sent with the next flush: if its body fits
   * into one frame, the windows are open and nothing else waits for them.
   *
   * @param body bytes, as an array or a buffer, which is released if it was written; null for none
   * @return false if nothing was written, because the codec has to see to it
   * @throws Http2Exception if the head cannot be encoded; the connection is of no more use then
   */
  public boolean respond(int streamId, Http2Headers head, Object body) throws Http2Exception {
    Http2Stream stream = codec.connection().stream(streamId);
    int size = size(body);
    if (stream == null
        || stream.state() != Http2Stream.State.HALF_CLOSED_REMOTE
        || stream.isHeadersSent()
        || size > largestFrame()
        || !ctx.channel().isWritable()
        || sending.isWaiting()
        || size > 0 && !takeWindow(stream, size)) {
      return false;
    }
    addHead(streamId, head, body == null);
    if (body != null) {
      addData(streamId, body, size);
    }
    stream.headersSent(false);
    endLater(stream);
    if (gathered != null && gathered.readableBytes() > MOST) {
      pass();
    }
    return true;
  }

  private int largestFrame() {
    return codec.encoder().configuration().frameSizePolicy().maxFrameSize();
  }

  private static int size(Object body) {
    if (body instanceof byte[] bytes) {
      return bytes.length;
    }
    return body == null ? 0 : ((ByteBuf) body).readableBytes();
  }

  /** Takes so many bytes off the windows of stream and connection, if they are that wide. */
  private boolean takeWindow(Http2Stream stream, int size) throws Http2Exception {
    Http2Stream all = codec.connection().connectionStream();
    if (sending.windowSize(stream) < size || sending.windowSize(all) < size) {
      return false;
    }
    sending.incrementWindowSize(stream, -size);
    sending.incrementWindowSize(all, -size);
    return true;
  }

  private void addHead(int streamId, Http2Headers head, boolean end) throws Http2Exception {
    ByteBuf out = room(FRAME_HEADER_BYTES);
    int start = out.writerIndex();
    out.writerIndex(start + FRAME_HEADER_BYTES);
    try {
      encoder.encodeHeaders(streamId, head, out);
    } catch (Http2Exception | RuntimeException e) {
      out.writerIndex(start);
      throw e;
    }
    int length = out.writerIndex() - start - FRAME_HEADER_BYTES;
    int largest = largestFrame();
    int flags = end ? END_STREAM : 0;
    if (length <= largest) {
      header(out, start, length, HEADERS, flags | END_HEADERS, streamId);
    } else {
      divide(out, start, largest, flags, streamId);
    }
  }

  /** Makes several frames of the fields that stand behind the room for one header. */
  private static void divide(ByteBuf out, int start, int largest, int flags, int streamId) {
    int first = start + FRAME_HEADER_BYTES;
    ByteBuf fields = out.copy(first, out.writerIndex() - first);
    try {
      out.writerIndex(start);
      int type = HEADERS;
      int left = flags;
      while (fields.isReadable()) {
        int length = Math.min(largest, fields.readableBytes());
        int at = out.writerIndex();
        out.writeZero(FRAME_HEADER_BYTES);
        out.writeBytes(fields, length);
        header(out, at, length, type, fields.isReadable() ? left : left | END_HEADERS, streamId);
        type = CONTINUATION;
        left = 0;
      }
    } finally {
      fields.release();
    }
  }

  private void addData(int streamId, Object body, int size) {
    boolean copied = size <= MAX_COPIED;
    ByteBuf out = room(FRAME_HEADER_BYTES + (copied ? size : 0));
    int start = out.writerIndex();
    out.writerIndex(start + FRAME_HEADER_BYTES);
    header(out, start, size, DATA, END_STREAM, streamId);
    if (!copied) {
      pass();
      ByteBuf whole = body instanceof byte[] bytes ? Unpooled.wrappedBuffer(bytes) : (ByteBuf) body;
      ctx.write(whole, ctx.voidPromise());
    } else if (body instanceof byte[] bytes) {
      out.writeBytes(bytes);
    } else {
      ByteBuf buffer = (ByteBuf) body;
      out.writeBytes(buffer);
      buffer.release();
    }
  }

  private ByteBuf room(int bytes) {
    if (gathered == null) {
      gathered = ctx.alloc().directBuffer(Math.max(capacity, bytes));
    } else {
      gathered.ensureWritable(bytes);
    }
    return gathered;
  }

  private static void header(ByteBuf out, int at, int length, int type, int flags, int streamId) {
    out.setMedium(at, length);
    out.setByte(at + 3, type);
    out.setByte(at + 4, flags);
    out.setInt(at + 5, streamId);
  }

  private void endLater(Http2Stream stream) {
    if (ending == answered.length) {
      answered = Arrays.copyOf(answered, ending * 2);
    }
    answered[ending++] = stream;
  }

  /** Passes on what was gathered; if it cannot be sent, the pipeline hears of it. */
  private void pass() {
    ByteBuf out = gathered;
    if (out != null) {
      gathered = null;
      capacity = Math.max(LEAST_CAPACITY, Math.min(MOST, out.readableBytes()));
      ctx.write(out, ctx.voidPromise());
    }
  }

  // ---- what comes from the codec keeps its place

  @Override
  public void write(ChannelHandlerContext c, Object msg, ChannelPromise promise) {
    pass();
    c.write(msg, promise);
  }

  @Override
  public void flush(ChannelHandlerContext c) {
    pass();
    c.flush();
    for (int i = 0; i < ending; i++) {
      codec.closeStreamLocal(answered[i], c.newSucceededFuture());
      answered[i] = null;
    }
    ending = 0;
  }

  @Override
  public void close(ChannelHandlerContext c, ChannelPromise promise) {
    pass();
    c.close(promise);
  }
}
