package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import weir.deferred.Deferred;

/**
 * Tells a handler that asks that its client has gone. A kept connection is watched only as long as the
 * exchange lasts: it would gather a watch for each request else.
 */
final class ClosedWatch extends Deferred<Object> implements ChannelFutureListener {

  ClosedWatch() {
    super(null);
  }

  void start(Channel channel) {
    channel.closeFuture().addListener(this);
  }

  /** The response has been sent: nobody works for the client any more. */
  void stop(Channel channel) {
    channel.closeFuture().removeListener(this);
  }

  @Override
  public void operationComplete(ChannelFuture future) {
    success(true);
  }
}
