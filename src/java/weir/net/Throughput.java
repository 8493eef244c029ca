package weir.net;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Measures the bytes that pass through a channel, in all and within the last full second. Written by
 * the event loop; read by any thread, which may see a value of a moment ago. While it stands in a
 * pipeline, what it reads can be found by its channel.
 */
public final class Throughput extends ChannelDuplexHandler {

  /** Where a channel's own one is found. */
  public static final AttributeKey<Throughput> KEY = AttributeKey.valueOf("weir-throughput");

  /** Bytes received, by channel. The numbers change as the bytes come. */
  public static final Map<Channel, Number> RECEIVED = new ConcurrentHashMap<>();

  /** Bytes sent, by channel. */
  public static final Map<Channel, Number> SENT = new ConcurrentHashMap<>();

  /** Bytes received in the last second, by channel. */
  public static final Map<Channel, Number> RECEIVED_PER_SECOND = new ConcurrentHashMap<>();

  /** Bytes sent in the last second, by channel. */
  public static final Map<Channel, Number> SENT_PER_SECOND = new ConcurrentHashMap<>();

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

  /** A number that is what its meter says whenever it is asked for. */
  private static final class Reading extends Number {
    private static final long serialVersionUID = 1L;

    private final transient LongSupplier meter;

    Reading(LongSupplier meter) {
      this.meter = meter;
    }

    @Override
    public long longValue() {
      return meter.getAsLong();
    }

    @Override
    public int intValue() {
      return (int) Math.min(longValue(), Integer.MAX_VALUE);
    }

    @Override
    public float floatValue() {
      return longValue();
    }

    @Override
    public double doubleValue() {
      return longValue();
    }

    @Override
    public String toString() {
      return Long.toString(longValue());
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    channel.attr(KEY).set(this);
    RECEIVED.put(channel, new Reading(this::inbound));
    SENT.put(channel, new Reading(this::outbound));
    RECEIVED_PER_SECOND.put(channel, new Reading(in::perSecond));
    SENT_PER_SECOND.put(channel, new Reading(out::perSecond));
  }

  /** Also called when the channel is closed. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    RECEIVED.remove(channel);
    SENT.remove(channel);
    RECEIVED_PER_SECOND.remove(channel);
    SENT_PER_SECOND.remove(channel);
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
