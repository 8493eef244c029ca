package weir.bench.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import weir.bench.BareServer;
import weir.bench.Control;
import weir.http.HttpServer;
import weir.http.RingRequest;
import weir.http.server.JavaApplication;
import weir.http.server.RingWebSockets;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.stream.Streams;

/**
 * Sends every message back. {@code limit} is bare Netty; the others are Weir, with a listener or with
 * a stream connected to itself, on the event loop or on the threads of handlers.
 */
public final class EchoServer {

  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private EchoServer() {}

  /** Starts the server that is named. */
  public static void main(String[] args) throws IOException {
    Control.serve(args[0].equals("limit") ? limit() : weir(args[0]));
  }

  private static int weir(String name) {
    boolean stream = name.startsWith("stream");
    HttpServer.Builder builder =
        HttpServer.builder()
            .address(ANY)
            .eventLoopThreads(1)
            .application(
                new JavaApplication(request -> accept((RingRequest) request, stream)));
    if (name.endsWith("none")) {
      builder.onEventLoop();
    }
    return builder.start().port();
  }

  private static Object accept(RingRequest request, boolean stream) {
    if (stream) {
      RingWebSockets.stream("bench", request, Map.of())
          .thenAccept(duplex -> Streams.connect(duplex, duplex));
    } else {
      RingWebSockets.listen(request, AcceptOptions.DEFAULT, new Echo());
    }
    return null;
  }

  private static final class Echo implements WebSocketListener {
    @Override
    public void onText(WebSocket socket, String text) {
      socket.offer(text);
    }
  }

  private static int limit() {
    return BareServer.port(
        BareServer.start(
            8192,
            c ->
                c.pipeline()
                    .addLast(new HttpServerCodec(), new HttpObjectAggregator(8192))
                    .addLast(new WebSocketServerProtocolHandler("/"), new LimitEcho())));
  }

  private static final class LimitEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof WebSocketFrame) {
        ctx.write(msg, ctx.voidPromise());
      } else {
        ReferenceCountUtil.release(msg);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
