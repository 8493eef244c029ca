package weir.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CancellationException;
import weir.deferred.Deferred;

/** Turns Netty's futures into deferreds. */
public final class NettyFutures {

  private NettyFutures() {}

  /**
   * Returns a deferred of the future's result. A cancelled future gives a {@link
   * CancellationException}; a realized future gives a realized deferred.
   */
  public static <T> Deferred<T> toDeferred(Future<T> future) {
    Deferred<T> result = Deferred.create(null);
    if (future.isDone()) {
      settle(future, result);
    } else {
      future.addListener((Future<T> done) -> settle(done, result));
    }
    return result;
  }

  /** Returns a deferred of the channel that {@code future} is about. */
  public static Deferred<Channel> channel(ChannelFuture future) {
    Deferred<Channel> result = Deferred.create(null);
    future.addListener(
        done -> {
          if (done.isSuccess()) {
            result.success(future.channel());
          } else {
            result.error(failure(done));
          }
        });
    return result;
  }

  private static <T> void settle(Future<T> future, Deferred<T> result) {
    if (future.isSuccess()) {
      result.success(future.getNow());
    } else {
      result.error(failure(future));
    }
  }

  private static Throwable failure(Future<?> future) {
    return future.isCancelled() ? new CancellationException("future cancelled") : future.cause();
  }
}
