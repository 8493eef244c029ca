package weir.net;

import clojure.lang.AFn;
import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Executor;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.stream.Stream;

/**
 * The messages of a channel as a stream. One message may wait to be taken; until then the channel is
 * not read. All methods are for the channel's event loop.
 */
public final class ChannelSource {

  private static final Object END = new Object();

  private final Channel channel;
  private final Stream<Object> stream;
  private int waiting;
  private boolean over;

  /**
   * Creates a source.
   *
   * @param executor where takers are called; null for the thread that causes it
   */
  public ChannelSource(Channel channel, Executor executor) {
    this.channel = channel;
    this.stream =
        Stream.<Object>builder().executor(executor).description(new Describe(channel)).build();
  }

  private static final class Describe extends AFn {
    private final Channel channel;

    Describe(Channel channel) {
      this.channel = channel;
    }

    @Override
    public Object invoke(Object description) {
      return ChannelFacts.source(description, channel);
    }
  }

  /** Returns the stream. */
  public Stream<Object> stream() {
    return stream;
  }

  /** Hands on a message; one that nobody wants any more is released. */
  public void offer(Object message) {
    if (Boolean.TRUE.equals(stream.isClosed())) {
      ReferenceCountUtil.release(message);
      return;
    }
    Deferred<Boolean> taken = stream.put(message);
    if (!taken.realized()) {
      if (waiting++ == 0) {
        channel.config().setAutoRead(false);
      }
      taken.listen(new Taken());
    }
  }

  private final class Taken extends Callback {
    @Override
    protected void onSuccess(Object accepted) {
      if (channel.eventLoop().inEventLoop()) {
        resume();
      } else {
        channel.eventLoop().execute(ChannelSource.this::resume);
      }
    }

    @Override
    protected void onError(Object error) {
      onSuccess(error);
    }
  }

  private void resume() {
    if (--waiting == 0 && !over) {
      channel.config().setAutoRead(true);
    }
  }

  /** Nothing more comes: the stream drains. */
  public void end() {
    over = true;
    stream.close();
  }

  /** Releases what nobody has taken; the stream must be closed. */
  public void releaseUnread() {
    Object message;
    while ((message = stream.takeOr(END).successValue(END)) != END) {
      ReferenceCountUtil.release(message);
    }
  }
}
