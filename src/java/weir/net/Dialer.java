package weir.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import weir.net.proxy.ProxyServer;

/**
 * Opens connections: asks for a name's addresses, tries them as RFC 8305 ("happy eyeballs") has it,
 * through a proxy if there is one. Never blocks; any thread may call it.
 */
public final class Dialer {

  /** How long one address may take until the next one is tried beside it (RFC 8305 §5). */
  public static final long ATTEMPT_DELAY_MILLIS = 250;

  private final Options options;
  private final EventLoopGroup loops;
  private final Bootstrap template;

  /**
   * What connections are made with.
   *
   * @param transport how to reach the sockets
   * @param resolver asked for the addresses of names; the proxy's name, when there is one
   * @param connectTimeout of the attempt at one address; zero for none
   * @param local the address to connect from, or null
   * @param loops where connections live; null for those that all clients share
   * @param bootstrap changes Netty's bootstrap after all defaults are set
   * @param sockets makes the socket for an address, with the nio transport only; null for the
   *     transport's own
   */
  public record Options(
      Transport transport,
      AddressResolverGroup<?> resolver,
      Duration connectTimeout,
      SocketAddress local,
      EventLoopGroup loops,
      Consumer<Bootstrap> bootstrap,
      Function<SocketAddress, SocketChannel> sockets) {

    /** Creates the options of a dialer on the loops that all clients share. */
    public Options(
        Transport transport,
        AddressResolverGroup<?> resolver,
        Duration connectTimeout,
        SocketAddress local,
        Consumer<Bootstrap> bootstrap) {
      this(transport, resolver, connectTimeout, local, null, bootstrap, null);
    }
  }

  /** Who wants the connection. Exactly one method is called, on an event loop. */
  public interface Caller {

    /** There is a connection: adds the handlers to it, which then see it become active. */
    void connected(Channel channel);

    /** There is none. */
    void failed(Throwable cause);
  }

  /** Creates a dialer. */
  public Dialer(Options options) {
    this.options = options;
    this.loops = options.loops() == null ? EventLoops.client(options.transport()) : options.loops();
    this.template =
        new Bootstrap()
            .resolver(NoopAddressResolverGroup.INSTANCE) // by now there are addresses
            .option(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.connectTimeout().toMillis());
  }

  /**
   * Starts to connect.
   *
   * @param to a name and port that may be unresolved, or the path of a unix domain socket
   * @param proxy who connects on our behalf and resolves the name; null for nobody
   * @return what gives the attempt up
   */
  public Dialing dial(SocketAddress to, ProxyServer proxy, Caller caller) {
    return dial(to, proxy, proxy == null ? to : proxy.address(), caller);
  }

  /**
   * Starts to connect.
   *
   * @param first where the connection itself goes: the address of the target, or of the proxy
   */
  public Dialing dial(SocketAddress to, ProxyServer proxy, SocketAddress first, Caller caller) {
    EventLoop loop = loops.next();
    Race race = new Race(loop, this, to, proxy, caller);
    loop.execute(() -> resolve(first, loop, race));
    return race;
  }

  private void resolve(SocketAddress first, EventLoop loop, Race race) {
    if (!(first instanceof InetSocketAddress inet)) {
      race.start(List.of(first));
      return;
    }
    InetAddress literal =
        inet.isUnresolved()
            ? NetUtil.createInetAddressFromIpAddressString(inet.getHostString())
            : inet.getAddress();
    if (literal != null) {
      race.start(List.of(new InetSocketAddress(literal, inet.getPort())));
      return;
    }
    try {
      askForAll(inet, loop, race);
    } catch (RuntimeException e) {
      race.unresolved(e);
    }
  }

  @SuppressWarnings("unchecked") // a resolver that supports the address has this type
  private void askForAll(InetSocketAddress name, EventLoop loop, Race race) {
    var resolver = options.resolver().getResolver(loop);
    if (!resolver.isSupported(name)) {
      race.unresolved(new UnknownHostException(name.getHostString()));
      return;
    }
    Future<List<InetSocketAddress>> all =
        (Future<List<InetSocketAddress>>) (Future<?>) resolver.resolveAll(name);
    all.addListener(
        done -> {
          if (done.isSuccess()) {
            race.start(all.getNow());
          } else {
            race.unresolved(done.cause());
          }
        });
  }

  /** Returns the bootstrap of one attempt. */
  Bootstrap attempt(SocketAddress to, EventLoop loop) {
    boolean unix = isUnix(to);
    Bootstrap b = template.clone(loop);
    if (!unix) {
      b.option(ChannelOption.TCP_NODELAY, true);
      if (options.local() != null) {
        b.localAddress(options.local());
      }
    }
    if (options.sockets() != null) {
      Channel made = wrap(options.sockets().apply(to), unix);
      b.channelFactory(() -> made);
    } else if (unix) {
      b.channelFactory(options.transport()::clientUnixChannel);
    } else {
      b.channelFactory(options.transport()::newClientChannel);
    }
    options.bootstrap().accept(b);
    return b;
  }

  private static Channel wrap(SocketChannel socket, boolean unix) {
    Objects.requireNonNull(socket, "the socket that a program has made");
    return unix ? new NioDomainSocketChannel(socket) : new NioSocketChannel(socket);
  }

  /** Returns why an attempt has failed, by the class that the JDK has for it. */
  Throwable explain(Throwable cause) {
    if (cause instanceof Errors.NativeIoException && cause.getMessage().startsWith("bind")) {
      BindException e =
          new BindException("cannot connect from " + options.local() + ": " + cause.getMessage());
      e.initCause(cause);
      return e;
    }
    return cause;
  }

  /** Returns the address as the transport's own sockets want it. */
  SocketAddress forTransport(SocketAddress to) {
    boolean nio = options.transport() == Transport.NIO;
    if (to instanceof UnixDomainSocketAddress unix && !nio) {
      return new DomainSocketAddress(unix.getPath().toString());
    }
    if (to instanceof DomainSocketAddress unix && nio) {
      return UnixDomainSocketAddress.of(unix.path());
    }
    return to;
  }

  private static boolean isUnix(SocketAddress to) {
    return to instanceof UnixDomainSocketAddress || to instanceof DomainSocketAddress;
  }
}
