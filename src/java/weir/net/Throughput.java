package weir.net;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;

/**
 * Measures the bytes that pass through a channel, in all and within the last full second. Written by
 * the event loop; read by any thread, which may see a value of a moment ago.
 */
public final class Throughput extends ChannelDuplexHandler {

  /** Where a channel's own one is found. */
  public static final AttributeKey<Throughput> KEY = AttributeKey.valueOf("weir-throughput");

  private static final Keyword INBOUND = Keyword.intern("inbound");
  private static final Keyword OUTBOUND = Keyword.intern("outbound");
  private static final long SECOND = 1_000_000_000L;

  private final Meter in = new Meter();
  private final Meter out = new Meter();

  private static final class Meter {
    private volatile long total;
    private volatile long rate;
    private volatile long since = System.nanoTime();
    private long before;

    // Only the event loop writes, so a plain read and write lose nothing.
    void add(long bytes) {
      roll();
      total = total + bytes;
    }

    private void roll() {
      long now = System.nanoTime();
      long passed = now - since;
      if (passed >= SECOND) {
        rate = (long) ((total - before) * (double) SECOND / passed);
        before = total;
        since = now;
      }
    }

    long perSecond() {
      return System.nanoTime() - since >= 2 * SECOND ? 0 : rate;
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().attr(KEY).set(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      in.add(bytes.readableBytes());
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      out.add(bytes.readableBytes());
    }
    ctx.write(message, promise);
  }

  /** Returns how many bytes have come. */
  public long inbound() {
    return in.total;
  }

  /** Returns how many bytes were sent. */
  public long outbound() {
    return out.total;
  }

  /** Returns the bytes per second of both directions. */
  public IPersistentMap toMap() {
    return new PersistentArrayMap(
        new Object[] {INBOUND, in.perSecond(), OUTBOUND, out.perSecond()});
  }
}
