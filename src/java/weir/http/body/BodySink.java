package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;

/**
 * Where a {@link StreamingBody} writes to. It frames what it gets and keeps to the announced length.
 * All methods are for the event loop.
 */
public interface BodySink {

  /** Returns the loop that all methods must be called on. */
  EventLoop eventLoop();

  /** Returns false while the peer reads more slowly than we write. */
  boolean isWritable();

  /**
   * Writes a piece and flushes it; the buffer belongs to the sink from now on.
   *
   * @return when it was written; fails when the connection is gone
   */
  ChannelFuture write(ByteBuf piece);

  /** Writes a region of a file; only if {@link #canSendFile}. */
  default ChannelFuture write(FileRegion region) {
    region.release();
    throw new UnsupportedOperationException("a region of a file can't be written here");
  }

  /** Returns whether regions of files can be written without reading them (no TLS, no chunks). */
  default boolean canSendFile() {
    return false;
  }

  /** Ends the body. */
  void end();

  /** Gives up: the connection is closed, so that the peer sees that the body is cut short. */
  void abort(Throwable cause);
}
