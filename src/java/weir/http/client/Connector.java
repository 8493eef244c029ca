package weir.http.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import weir.net.EventLoops;
import weir.net.Transport;
import weir.net.tls.Tls;

/** Makes connections: resolves the name, connects, and lets the pipeline do the rest. */
final class Connector {

  private final ClientConfig config;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Bootstrap bootstrap;
  private volatile SslContext sslContext;

  Connector(ClientConfig config) {
    this.config = config;
    this.sslContext = config.sslContext();
  }

  /** Starts to connect; the attempt hears of the channel before anything can happen to it. */
  ChannelFuture connect(Origin origin, Connecting attempt) {
    SslContext tls = origin.secure() ? sslContext() : null;
    Bootstrap b =
        bootstrap()
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    attempt.channel(channel);
                    Http1ClientPipeline.build(channel, config, origin, tls, attempt);
                  }
                });
    InetSocketAddress to = InetSocketAddress.createUnresolved(origin.hostName(), origin.port());
    return config.localAddress() == null ? b.connect(to) : b.connect(to, config.localAddress());
  }

  /** Made with the first connection, so that a client costs nothing until it is used. */
  private Bootstrap bootstrap() {
    Bootstrap b = bootstrap;
    return b == null ? makeBootstrap() : b;
  }

  private Bootstrap makeBootstrap() {
    lock.lock();
    try {
      if (bootstrap == null) {
        Transport transport = config.transport() == null ? Transport.best() : config.transport();
        Bootstrap b =
            new Bootstrap()
                .group(EventLoops.client(transport))
                .channel(transport.clientChannel())
                .resolver(config.resolver())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
                // A failed write must not close the channel: the server's answer may be there to
                // read.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(
                    ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) config.connectTimeout().toMillis());
        config.bootstrap().accept(b);
        bootstrap = b;
      }
      return bootstrap;
    } finally {
      lock.unlock();
    }
  }

  /** One context for all connections, so that they resume each other's sessions. */
  private SslContext sslContext() {
    SslContext made = sslContext;
    if (made != null) {
      return made;
    }
    lock.lock();
    try {
      if (sslContext == null) {
        sslContext = Tls.client().build();
      }
      return sslContext;
    } finally {
      lock.unlock();
    }
  }
}
