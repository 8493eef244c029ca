package aleph.http;

import clojure.lang.IFn;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;

/** Calls a function with each new channel. */
@Sharable
public class AlephChannelInitializer extends ChannelInitializer<Channel> {

  private final IFn initialize;

  /** Takes a function of a channel. */
  public AlephChannelInitializer(IFn initialize) {
    this.initialize = initialize;
  }

  @Override
  protected void initChannel(Channel channel) {
    initialize.invoke(channel);
  }
}
