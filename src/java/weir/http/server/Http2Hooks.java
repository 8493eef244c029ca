package weir.http.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import java.util.function.BiConsumer;

/**
 * What hears of frames with which a client ends things; each is called on the event loop, must not block
 * and must not release the frame.
 *
 * @param onGoAway hears that the client ends the connection
 * @param onStreamGoAway hears it for each stream that the client says it will not serve
 * @param onReset hears that the client has reset a stream
 */
public record Http2Hooks(
    BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onGoAway,
    BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onStreamGoAway,
    BiConsumer<ChannelHandlerContext, Http2ResetFrame> onReset) {

  /** Nothing hears anything. */
  public static final Http2Hooks NONE = new Http2Hooks((c, f) -> {}, (c, f) -> {}, (c, f) -> {});

  void goAway(ChannelHandlerContext ctx, Http2GoAwayFrame frame) {
    tell(onGoAway, ctx, frame);
  }

  void streamGoAway(ChannelHandlerContext ctx, Http2GoAwayFrame frame) {
    tell(onStreamGoAway, ctx, frame);
  }

  void reset(ChannelHandlerContext ctx, Http2ResetFrame frame) {
    tell(onReset, ctx, frame);
  }

  private static <F> void tell(
      BiConsumer<ChannelHandlerContext, F> hook, ChannelHandlerContext ctx, F frame) {
    try {
      hook.accept(ctx, frame);
    } catch (RuntimeException e) {
      ErrorResponses.LOG.error("a hook for {} has failed", frame, e);
    }
  }
}
