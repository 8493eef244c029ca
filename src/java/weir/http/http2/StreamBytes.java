package weir.http.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Makes a connection of a stream: what comes as DATA goes on as bytes, and bytes that are written
 * become DATA. Closing the channel ends the stream in good order; when the peer has ended its side, that
 * is told as a {@link ChannelInputShutdownEvent}, and a stream that it resets is closed. For tunnels and WebSockets behind CONNECT.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8441#section-5">RFC 8441 §5</a>
 */
public final class StreamBytes extends ChannelDuplexHandler {

  /** The name in pipelines of streams. */
  public static final String NAME = "stream-bytes";

  /** How long our side may go on when the peer's has ended. */
  private static final long LAST_WORD_MILLIS = 1000;

  private boolean outputEnded;
  private boolean inputEnded;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof Http2DataFrame data)) {
      ReferenceCountUtil.release(msg);
      return;
    }
    boolean last = data.isEndStream();
    if (data.content().isReadable()) {
      ctx.fireChannelRead(data.content());
    } else {
      data.release();
    }
    if (last) {
      inputEnded = true; // who works on the stream may have a last word
      ctx.executor()
          .schedule(() -> close(ctx, ctx.newPromise()), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame) {
      outputEnded = true;
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof ByteBuf bytes) {
      ctx.write(new DefaultHttp2DataFrame(bytes, false), promise);
    } else {
      ctx.write(msg, promise);
    }
  }

  /** The last of the output ends the stream on our side; the peer is told to stop if it goes on. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (outputEnded || !ctx.channel().isActive()) {
      ctx.close(promise);
      return;
    }
    outputEnded = true;
    ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true))
        .addListener(
            written -> {
              if (!inputEnded && ctx.channel().isActive()) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
              }
              ctx.close(promise);
            });
  }
}
