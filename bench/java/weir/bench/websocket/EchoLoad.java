package weir.bench.websocket;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one message in flight on each connection, and knows no more of WebSocket than where a frame
 * ends. {@code EchoLoad port connections seconds} prints the messages that came back; with 0 seconds it
 * only opens the connections, says so, and keeps them until its input ends.
 */
public final class EchoLoad extends SimpleChannelInboundHandler<ByteBuf> {

  private static final int MESSAGE = 64;
  private static final int ECHOED = 2 + MESSAGE;
  private static final ByteBuf FRAME = frame();
  private static final ByteBuf HANDSHAKE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer(
              "GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                  + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
              StandardCharsets.ISO_8859_1));

  private static CountDownLatch opened;
  private static boolean idle;
  private static long echoed; // only for the event loop

  private boolean open;
  private int bytes;

  /** Loads a server. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    int connections = Integer.parseInt(args[1]);
    int seconds = Integer.parseInt(args[2]);
    idle = seconds == 0;
    opened = new CountDownLatch(connections);
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new EchoLoad());
                  }
                });
    for (int i = 0; i < connections; i++) {
      bootstrap.connect("127.0.0.1", port).sync();
    }
    if (!opened.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException(opened.getCount() + " connections were not opened");
    }
    if (idle) {
      System.out.println("opened " + connections);
      System.in.read();
    } else {
      System.out.println("echoed " + loop.schedule(() -> echoed, seconds, TimeUnit.SECONDS).get());
    }
    Runtime.getRuntime().halt(0);
  }

  private static ByteBuf frame() {
    ByteBuf frame = Unpooled.directBuffer(6 + MESSAGE);
    frame.writeByte(0x81).writeByte(0x80 | MESSAGE).writeInt(0x01020304);
    for (int i = 0; i < MESSAGE; i++) {
      frame.writeByte(('a' + i % 26) ^ (i & 3) + 1);
    }
    return Unpooled.unreleasableBuffer(frame);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(HANDSHAKE.duplicate(), ctx.voidPromise());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf in) {
    if (!open) {
      open = true; // the head of the response comes in one piece over the loopback
      opened.countDown();
      if (!idle) {
        send(ctx);
      }
      return;
    }
    bytes += in.readableBytes();
    if (bytes >= ECHOED) {
      bytes -= ECHOED;
      echoed++;
      send(ctx);
    }
  }

  private static void send(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(FRAME.duplicate(), ctx.voidPromise());
  }
}
