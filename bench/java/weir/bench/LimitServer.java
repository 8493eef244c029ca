package weir.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * The limit: Netty's decoder and a handler that writes one buffer encoded beforehand, with the
 * channel options of Weir. It reads no header and no body, so no real server is as fast.
 */
public final class LimitServer {

  private static final ByteBuf PLAIN = encoded("text/plain; charset=UTF-8", Payload.PLAIN);
  private static final ByteBuf LARGE = encoded("text/plain; charset=UTF-8", Payload.LARGE);
  private static final ByteBuf ECHO = encoded(null, Payload.ECHO);

  private LimitServer() {}

  /** Starts the server on a free port of the loopback address. */
  public static void main(String[] args) throws IOException {
    Control.serve(BareServer.port(start()));
  }

  static Channel start() {
    return BareServer.start(
        1024, c -> c.pipeline().addLast(new HttpRequestDecoder()).addLast(new Answers()));
  }

  private static ByteBuf encoded(String contentType, String body) {
    byte[] response = Payload.response(contentType, body);
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(response.length).writeBytes(response));
  }

  private static final class Answers extends ChannelInboundHandlerAdapter {
    private ByteBuf answer;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof HttpRequest request) {
        answer =
            switch (request.uri()) {
              case "/" -> PLAIN;
              case "/16k" -> LARGE;
              default -> ECHO;
            };
      }
      ReferenceCountUtil.release(msg);
      if (msg instanceof LastHttpContent) {
        ctx.write(answer.duplicate(), ctx.voidPromise());
      }
    }

    /** wrk resets its connections at the end of a round. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }
}
