package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import weir.http.Endpoints;
import weir.http.ServerListener;

/** Follows one connection, and counts what goes over its socket, if anybody wants to know. */
final class Meter extends ChannelDuplexHandler {

  private final Observation observation;
  private final LoopStats stats;
  private final boolean secure;
  private final long openedNanos = System.nanoTime();
  private Endpoints endpoints;
  private ConnectionEvent recorded;
  private long read;
  private long written;
  long requests;

  /**
   * @param stats where to count, or null
   */
  Meter(Observation observation, LoopStats stats, boolean secure) {
    this.observation = observation;
    this.stats = stats;
    this.secure = secure;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    endpoints = Endpoints.of(ctx.channel());
    if (Recordings.wantConnections()) {
      recorded = new ConnectionEvent();
      recorded.begin();
    }
    observation.opened(this, stats);
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ctx.fireChannelInactive(); // so that requests end before their connection
    if (recorded != null) {
      record();
    }
    if (endpoints != null) {
      observation.closed(this, stats);
    }
  }

  private void record() {
    recorded.end();
    if (recorded.shouldCommit()) {
      recorded.remote = String.valueOf(endpoints.remote());
      recorded.local = String.valueOf(endpoints.local());
      recorded.secure = secure;
      recorded.requests = requests;
      recorded.bytesRead = read;
      recorded.bytesWritten = written;
      recorded.commit();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof ByteBuf bytes) {
      read += bytes.readableBytes();
      if (stats != null) {
        stats.add(LoopStats.BYTES_READ, bytes.readableBytes());
      }
    }
    ctx.fireChannelRead(msg);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    long n = 0;
    if (msg instanceof ByteBuf bytes) {
      n = bytes.readableBytes();
    } else if (msg instanceof FileRegion region) {
      n = region.count();
    }
    written += n;
    if (stats != null) {
      stats.add(LoopStats.BYTES_WRITTEN, n);
    }
    ctx.write(msg, promise);
  }

  /** Returns the connection as listeners see it. */
  ServerListener.Connection connection() {
    return new ServerListener.Connection(
        endpoints.remote(),
        endpoints.local(),
        secure,
        System.nanoTime() - openedNanos,
        requests,
        read,
        written);
  }
}
