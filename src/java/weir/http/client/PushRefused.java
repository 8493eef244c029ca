package weir.http.client;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes streams that the server begins. It must not, for the client says that it takes no pushes (RFC
 * 9113 §8.4).
 */
@Sharable
final class PushRefused extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(PushRefused.class);

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    LOG.error("{} has begun a stream of its own; it is reset", ctx.channel().parent());
    ctx.close();
  }
}
