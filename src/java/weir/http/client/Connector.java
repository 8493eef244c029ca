package weir.http.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import weir.net.Dialer;
import weir.net.Dialing;
import weir.net.Transport;
import weir.net.proxy.ProxyServer;
import weir.net.tls.Alpn;
import weir.net.tls.Tls;

/** Makes connections: a dialer finds a way to the host, and the pipeline does the rest. */
final class Connector {

  private final ClientConfig config;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Dialer dialer;
  private volatile SslContext sslContext;

  Connector(ClientConfig config) {
    this.config = config;
    this.sslContext = config.sslContext();
  }

  /** Returns whether exchanges with that origin may share a connection, as far as is known. */
  boolean mayMultiplex(Origin origin) {
    if (!config.keepAlive()) {
      return false;
    }
    return origin.secure()
        ? config.versions().contains(Alpn.HTTP2)
        : config.priorKnowledge() && !origin.isForwarded();
  }

  /** Starts to connect; the attempt hears of the channel before anything can happen to it. */
  Dialing connect(Origin origin, Connecting attempt) {
    SslContext tls = origin.secure() ? sslContext() : null;
    Dialer.Caller caller =
        new Dialer.Caller() {
          @Override
          public void connected(Channel channel) {
            try {
              ClientPipeline.build(channel, config, origin, tls, attempt);
            } catch (Throwable t) { // a program's own code has a part in it
              channel.close();
              failed(t);
              return;
            }
            if (config.once()) {
              channel.closeFuture().addListener(closed -> attempt.pool().pool().close());
            }
            attempt.channel(channel);
          }

          @Override
          public void failed(Throwable cause) {
            attempt.failed(cause);
            if (config.once()) {
              attempt.pool().pool().close();
            }
          }
        };
    ProxyServer proxy = origin.proxy();
    SocketAddress host = addressOf(origin);
    SocketAddress first = proxy == null ? host : proxy.address();
    if (origin.address() != null) {
      first = origin.address();
    }
    return proxy == null || origin.isForwarded()
        ? dialer().dial(first, null, caller)
        : dialer().dial(host, proxy, first, caller);
  }

  private SocketAddress addressOf(Origin origin) {
    return config.address() == null
        ? InetSocketAddress.createUnresolved(origin.hostName(), origin.port())
        : config.address();
  }

  /** Made with the first connection, so that a client costs nothing until it is used. */
  private Dialer dialer() {
    Dialer d = dialer;
    return d == null ? makeDialer() : d;
  }

  private Dialer makeDialer() {
    lock.lock();
    try {
      if (dialer == null) {
        dialer =
            new Dialer(
                new Dialer.Options(
                    transport(),
                    config.resolver(),
                    config.connectTimeout(),
                    config.localAddress(),
                    config.loops(),
                    this::configure,
                    config.sockets()));
      }
      return dialer;
    } finally {
      lock.unlock();
    }
  }

  private Transport transport() {
    if (config.transport() != null) {
      return config.transport();
    }
    return config.loops() == null ? Transport.best() : Transport.of(config.loops());
  }

  private void configure(Bootstrap b) {
    // A failed write must not close the channel: the server's answer may be there to read.
    b.option(ChannelOption.AUTO_CLOSE, false);
    config.bootstrap().accept(b);
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
        sslContext = Tls.client().alpn(Alpn.config(config.versions())).build();
      }
      return sslContext;
    } finally {
      lock.unlock();
    }
  }
}
