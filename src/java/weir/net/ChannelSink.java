package weir.net;

import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GenericFutureListener;
import manifold.stream.core.IEventSink;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;
import weir.stream.Ending;
import weir.stream.EventStream;
import weir.stream.Watchable;

/**
 * Writes messages to a channel. A put is answered when its bytes are with the operating system: true,
 * or false if the channel is closed or fails. A slow peer thereby holds back whoever waits for
 * answers. Any thread may put.
 */
public final class ChannelSink extends EventStream implements IEventSink, Watchable {

  /** Makes of a message what the channel writes. */
  @FunctionalInterface
  public interface Encoder {
    /**
     * Returns what to write, null for nothing; takes the message over.
     *
     * @throws Exception if this is no such message
     */
    Object encode(Channel channel, Object message) throws Exception;
  }

  /** What becomes of a message that cannot be encoded. */
  @FunctionalInterface
  public interface OnBadMessage {
    /** Returns the answer to the put. */
    Object answer(ChannelSink sink, Object message, Throwable cause);
  }

  private final Channel channel;
  private final Encoder encoder;
  private final OnBadMessage onBadMessage;
  private final Runnable closer;
  private final IFn description; // null for nothing more to tell
  private final Ending closed = new Ending();

  /**
   * Creates a sink.
   *
   * @param closer called once, when the program has closed the sink, and not the channel has
   */
  public ChannelSink(Channel channel, Encoder encoder, OnBadMessage onBadMessage, Runnable closer) {
    this(channel, encoder, onBadMessage, closer, null);
  }

  /**
   * Creates a sink that tells more of itself.
   *
   * @param description from the map that describes the sink to the one that is reported
   */
  public ChannelSink(
      Channel channel,
      Encoder encoder,
      OnBadMessage onBadMessage,
      Runnable closer,
      IFn description) {
    this.description = description;
    this.channel = channel;
    this.encoder = encoder;
    this.onBadMessage = onBadMessage;
    this.closer = closer;
    channel.closeFuture().addListener(done -> closed.happen());
  }

  /** Returns the channel. */
  public Channel channel() {
    return channel;
  }

  /** Closes a channel once all that was written before has gone out. */
  public static void closeBehindWrites(Channel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private Object put(Object message) {
    if (closed.happened()) {
      ReferenceCountUtil.release(message);
      return Deferred.FALSE;
    }
    Object encoded;
    try {
      encoded = encoder.encode(channel, message);
    } catch (Throwable t) {
      return onBadMessage.answer(this, message, t);
    }
    return encoded == null ? Deferred.TRUE : answer(channel.writeAndFlush(encoded));
  }

  private static Deferred<Boolean> answer(ChannelFuture write) {
    if (write.isDone()) {
      return write.isSuccess() ? Deferred.TRUE : Deferred.FALSE;
    }
    Written written = new Written();
    write.addListener(written);
    return written;
  }

  /** The answer to a put, which is its own listener. */
  private static final class Written extends Deferred<Boolean>
      implements GenericFutureListener<ChannelFuture> {
    Written() {
      super(null);
    }

    @Override
    public void operationComplete(ChannelFuture write) {
      success(write.isSuccess());
    }
  }

  @Override
  public Object put(Object message, Object blocking) {
    Object answer = put(message);
    return isTrue(blocking) ? ((Deferred<?>) answer).deref() : answer;
  }

  @Override
  public Object put(Object message, Object blocking, Object timeout, Object timeoutVal) {
    Deferred<?> answer = (Deferred<?>) put(message);
    if (timeout == null || answer.realized()) {
      return isTrue(blocking) ? answer.deref() : answer;
    }
    Deferred<Object> limited = Deferred.create(null);
    Deferreds.connect(answer, limited);
    Deferreds.timeout(limited, (Number) timeout, timeoutVal);
    return isTrue(blocking) ? limited.deref() : limited;
  }

  private static boolean isTrue(Object x) {
    return x != null && !Boolean.FALSE.equals(x);
  }

  @Override
  public Object markClosed() {
    return closed.happen();
  }

  @Override
  public Object close() {
    if (closed.happen()) {
      closer.run();
    }
    return null;
  }

  @Override
  public Object isClosed() {
    return closed.happened();
  }

  @Override
  public Object onClosed(Object callback) {
    closed.add((Runnable) callback);
    return null;
  }

  @Override
  public Ending closing() {
    return closed;
  }

  @Override
  public Object description() {
    IPersistentMap map = ChannelFacts.sink(channel, closed.happened());
    return description == null ? map : description.invoke(map);
  }
}
