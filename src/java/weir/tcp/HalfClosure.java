package weir.tcp;

import io.netty.channel.Channel;
import weir.deferred.Deferred;

/** Ends one direction of a connection. */
public final class HalfClosure {

  private HalfClosure() {}

  /**
   * Tells the peer that nothing more comes, behind what was put already. What the peer sends can still
   * be taken, until it ends its own direction; the connection is closed then. With TLS, which has no
   * such state in all its versions, the connection is closed at once.
   *
   * @param channel that of a stream of this package
   * @return true when the end was sent
   */
  public static Deferred<Boolean> shutdownOutput(Channel channel) {
    TcpHandler handler = channel.pipeline().get(TcpHandler.class);
    if (handler == null) {
      return Deferred.FALSE;
    }
    return handler.shutdownOutput(channel);
  }
}
