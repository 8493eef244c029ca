package weir.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import weir.net.EventLoops;
import weir.net.Transport;
import weir.stream.Streams;
import weir.tcp.TcpClient;
import weir.tcp.TcpServer;

/**
 * Sends bytes through an echo server and through a relay of two sockets, of bare Netty and of {@code
 * weir.tcp}, and prints MB/s and the CPU time of the servers' event loops for each MB.
 *
 * <p>Arguments: MB to send each time, and rounds, of which the first only warms up.
 */
public final class TcpRelays {

  private static final int PIECE = 64 * 1024;
  private static final String MEASURED = "bench-measured";
  private static final String CLIENTS = "client-event-pool"; // the relay's outgoing side

  private TcpRelays() {}

  private record Row(String name, int port, boolean limit) {}

  /** Measures. */
  public static void main(String[] args) throws Exception {
    long megabytes = Long.parseLong(args[0]);
    int rounds = Integer.parseInt(args[1]);
    Transport transport = Transport.best();
    EventLoopGroup bare = EventLoops.create(transport, 1, MEASURED + "-bare", true);
    int backend = bareEcho(EventLoops.create(transport, 1, "bench-backend", true), transport);
    Row[] rows = {
      new Row("echo, bare Netty (limit)", bareEcho(bare, transport), true),
      new Row("echo, byte arrays", echo(false), false),
      new Row("echo, :raw-stream?", echo(true), false),
      new Row("relay, bare Netty (limit)", bareRelay(bare, transport, backend), true),
      new Row("relay, byte arrays", relay(false, backend), false),
      new Row("relay, :raw-stream?", relay(true, backend), false),
    };
    for (int round = 0; round < rounds; round++) {
      double limit = 0;
      for (Row row : rows) {
        double[] measured = measure(row.port(), megabytes);
        limit = row.limit() ? measured[1] : limit;
        if (round > 0) {
          System.out.printf(
              "%-28s %6.0f MB/s %8.1f us CPU/MB %6.2f%n",
              row.name(), measured[0], measured[1], measured[1] / limit);
        }
      }
    }
    System.exit(0);
  }

  /** Returns MB/s and microseconds of CPU for each MB. */
  private static double[] measure(int port, long megabytes) throws Exception {
    long total = megabytes << 20;
    long cpu = cpuNanos();
    long start = System.nanoTime();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread writer = new Thread(() -> send(socket, total));
      writer.start();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[PIECE];
      for (long got = 0; got < total; ) {
        int n = in.read(buffer);
        if (n < 0) {
          throw new IOException("ended after " + got + " bytes");
        }
        got += n;
      }
      writer.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new double[] {megabytes / seconds, (cpuNanos() - cpu) / 1e3 / megabytes};
  }

  private static void send(Socket socket, long total) {
    byte[] piece = new byte[PIECE];
    try {
      OutputStream out = socket.getOutputStream();
      for (long sent = 0; sent < total; sent += piece.length) {
        out.write(piece);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo info = threads.getThreadInfo(id);
      if (info != null
          && (info.getThreadName().contains(MEASURED) || info.getThreadName().contains(CLIENTS))) {
        sum += Math.max(0, threads.getThreadCpuTime(id));
      }
    }
    return sum;
  }

  // ---- ours

  private static TcpServer.Builder server(boolean raw) {
    return TcpServer.builder()
        .port(0)
        .eventLoopThreads(1)
        .daemon(true)
        .threadPrefix(MEASURED)
        .rawStream(raw);
  }

  private static int echo(boolean raw) {
    return server(raw).handler(TcpServer.echo()).start().port();
  }

  private static int relay(boolean raw, int to) {
    return server(raw)
        .handler(
            (stream, info) ->
                TcpClient.builder()
                    .address("127.0.0.1", to)
                    .rawStream(raw)
                    .connect()
                    .thenAccept(
                        other -> {
                          Streams.connect(stream, other);
                          Streams.connect(other, stream);
                        }))
        .start()
        .port();
  }

  // ---- the limit

  private static int listen(
      EventLoopGroup loops, Transport transport, boolean reads, ChannelInitializer<Channel> init)
      throws InterruptedException {
    Channel channel =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(transport::serverChannel)
            .childOption(ChannelOption.AUTO_READ, reads)
            .childHandler(init)
            .bind(0)
            .sync()
            .channel();
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private static int bareEcho(EventLoopGroup loops, Transport transport)
      throws InterruptedException {
    return listen(
        loops,
        transport,
        true,
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Half(channel));
          }
        });
  }

  private static int bareRelay(EventLoopGroup loops, Transport transport, int to)
      throws InterruptedException {
    return listen(
        loops,
        transport,
        false,
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            new Bootstrap()
                .group(channel.eventLoop())
                .channel(transport.clientChannel())
                .handler(new Half(channel))
                .connect("127.0.0.1", to)
                .addListener(
                    (ChannelFuture connected) -> {
                      channel.pipeline().addLast(new Half(connected.channel()));
                      channel.config().setAutoRead(true);
                    });
          }
        });
  }

  /** Writes what comes to another channel, or to its own, and heeds whether that can take it. */
  private static final class Half extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Half(Channel other) {
      this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      other.write(message, other.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      other.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      other.config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      other.close();
    }
  }
}
