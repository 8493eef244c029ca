package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;

/**
 * The bytes that a connection sends. What is written while a batch of reads is worked on is gathered
 * in one buffer and flushed once at its end. Only for the event loop.
 */
final class Http1Output implements ServerLoop.Output {

  /** What is gathered beyond this goes to the socket's queue at once. */
  private static final int MAX_GATHERED = 64 * 1024;

  private final ChannelHandlerContext wire;
  private final ServerLoop loop;
  private ByteBuf gathered;
  private boolean inRead;
  private boolean flushPending;

  /**
   * @param wire where encoded bytes are written: past the encoder, which wants message objects
   */
  Http1Output(ChannelHandlerContext wire, ServerLoop loop) {
    this.wire = wire;
    this.loop = loop;
  }

  /** Returns where encoded bytes are written; call {@link #passGathered} before. */
  ChannelHandlerContext wire() {
    return wire;
  }

  /**
   * Adds bytes to what is flushed next.
   *
   * @param more how many bytes will follow, so that the buffer need not grow
   */
  void gather(byte[] bytes, int length, int more) {
    if (length == 0) {
      return; // the head stands before its body, in the body's buffer
    }
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = wire.alloc().directBuffer(Math.max(length + more, 256));
      gathered = buffer;
    }
    buffer.writeBytes(bytes, 0, length);
    if (buffer.readableBytes() > MAX_GATHERED) {
      passGathered();
    }
  }

  /** Writes a buffer behind what is gathered. */
  void write(ByteBuf buffer) {
    passGathered();
    wire.write(buffer, wire.voidPromise());
    flushPending = true;
  }

  /** Gives what is gathered to the channel, so that something else can be written behind it. */
  void passGathered() {
    if (gathered != null) {
      ByteBuf buffer = gathered;
      gathered = null;
      wire.write(buffer, wire.voidPromise());
      flushPending = true;
    }
  }

  /** A batch of reads begins: nothing is flushed until it has ended. */
  void readBegins() {
    inRead = true;
  }

  /** The batch of reads has ended. */
  void readEnds() {
    inRead = false;
    flush();
  }

  /** Flushes once, after everything that this turn of the loop has to write. */
  void flushSoon() {
    if (!inRead && (gathered != null || flushPending)) {
      loop.flushLater(this);
    }
  }

  @Override
  public void flush() {
    passGathered();
    if (flushPending) {
      flushPending = false;
      wire.flush();
    }
  }

  /** Writes and flushes all there is; the result tells when it was sent. */
  ChannelFuture flushLast() {
    passGathered();
    flushPending = false;
    return wire.writeAndFlush(Unpooled.EMPTY_BUFFER);
  }

  /** The connection is gone. */
  void release() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }
}
