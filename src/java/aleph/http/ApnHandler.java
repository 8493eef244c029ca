package aleph.http;

import clojure.lang.IFn;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;

/** Calls a function with the pipeline and the protocol that TLS has agreed on. */
public class ApnHandler extends ApplicationProtocolNegotiationHandler {

  private final IFn configure;

  /**
   * Takes a function of pipeline and protocol.
   *
   * @param fallbackProtocol what it is called with when the peer agreed on none
   */
  public ApnHandler(IFn configure, String fallbackProtocol) {
    super(fallbackProtocol);
    this.configure = configure;
  }

  @Override
  protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
    configure.invoke(ctx.pipeline(), protocol);
  }
}
