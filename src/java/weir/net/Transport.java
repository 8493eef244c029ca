package weir.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways to reach the operating system's sockets. */
public enum Transport {
  /** Linux io_uring. Never chosen by itself: many kernels and containers forbid it. */
  IO_URING {
    @Override
    public Throwable unavailabilityCause() {
      return IoUring.unavailabilityCause();
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return IoUringIoHandler.newFactory();
    }

    @Override
    public ServerChannel serverChannel() {
      return new IoUringServerSocketChannel();
    }

    @Override
    public Class<? extends Channel> clientChannel() {
      return IoUringSocketChannel.class;
    }

    @Override
    public Channel clientUnixChannel() {
      return new IoUringDomainSocketChannel();
    }

    @Override
    public DatagramChannel datagramChannel(SocketProtocolFamily family) {
      return family == null ? new IoUringDatagramChannel() : new IoUringDatagramChannel(family);
    }
  },

  /** Linux epoll. */
  EPOLL {
    @Override
    public Throwable unavailabilityCause() {
      return Epoll.unavailabilityCause();
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return EpollIoHandler.newFactory();
    }

    @Override
    public ServerChannel serverChannel() {
      return new EpollServerSocketChannel();
    }

    @Override
    public Class<? extends Channel> clientChannel() {
      return EpollSocketChannel.class;
    }

    @Override
    public Channel clientUnixChannel() {
      return new EpollDomainSocketChannel();
    }

    @Override
    public DatagramChannel datagramChannel(SocketProtocolFamily family) {
      return family == null ? new EpollDatagramChannel() : new EpollDatagramChannel(family);
    }
  },

  /** BSD and macOS kqueue. */
  KQUEUE {
    @Override
    public Throwable unavailabilityCause() {
      return KQueue.unavailabilityCause();
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return KQueueIoHandler.newFactory();
    }

    @Override
    public ServerChannel serverChannel() {
      return new KQueueServerSocketChannel();
    }

    @Override
    public Class<? extends Channel> clientChannel() {
      return KQueueSocketChannel.class;
    }

    @Override
    public Channel clientUnixChannel() {
      return new KQueueDomainSocketChannel();
    }

    @Override
    public DatagramChannel datagramChannel(SocketProtocolFamily family) {
      return family == null ? new KQueueDatagramChannel() : new KQueueDatagramChannel(family);
    }
  },

  /** The JDK's selectors: everywhere. */
  NIO {
    @Override
    public Throwable unavailabilityCause() {
      return null;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return NioIoHandler.newFactory();
    }

    @Override
    public ServerChannel serverChannel() {
      return new NioServerSocketChannel();
    }

    @Override
    public Class<? extends Channel> clientChannel() {
      return NioSocketChannel.class;
    }

    @Override
    public Channel clientUnixChannel() {
      return new NioDomainSocketChannel();
    }

    @Override
    public DatagramChannel datagramChannel(SocketProtocolFamily family) {
      return family == null ? new NioDatagramChannel() : new NioDatagramChannel(family);
    }
  };

  /** Finds the best transport once, when it is first asked for, and names it in the log. */
  private static final class Best {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    static final Transport VALUE = find();

    private static Transport find() {
      Transport best = isLinux() && EPOLL.isAvailable() ? EPOLL : NIO;
      if (best == NIO && isBsd() && KQUEUE.isAvailable()) {
        best = KQUEUE;
      }
      LOG.info("network transport: {}", best);
      return best;
    }

    private static boolean isLinux() {
      return osName().contains("linux");
    }

    private static boolean isBsd() {
      return osName().contains("mac") || osName().contains("bsd");
    }

    private static String osName() {
      return System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Returns the fastest transport of this machine: epoll or kqueue where they work, else nio.
   * io_uring is used when asked for.
   */
  public static Transport best() {
    return Best.VALUE;
  }

  /**
   * Returns the transport of that name.
   *
   * @param name {@code nio}, {@code epoll}, {@code kqueue} or {@code io-uring}, in any case
   * @throws IllegalArgumentException if there is no such transport
   */
  public static Transport named(String name) {
    for (Transport t : values()) {
      if (t.toString().equalsIgnoreCase(name)) {
        return t;
      }
    }
    throw new IllegalArgumentException(
        "transport: " + name + " (expected: nio, epoll, kqueue or io-uring)");
  }

  /**
   * Returns the transport that the loops of a group are made for.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Transport of(EventLoopGroup group) {
    for (Transport t : values()) {
      if (t.isOf(group)) {
        return t;
      }
    }
    throw new IllegalArgumentException(
        "eventLoopGroup: " + group + " (expected: one of nio, epoll, kqueue or io_uring)");
  }

  /** Returns whether the loops of a group are made for this transport. */
  public final boolean isOf(EventLoopGroup group) {
    return group instanceof IoEventLoopGroup loops
        && switch (this) {
          case IO_URING -> loops.isIoType(IoUringIoHandler.class);
          case EPOLL -> loops.isIoType(EpollIoHandler.class);
          case KQUEUE -> loops.isIoType(KQueueIoHandler.class);
          case NIO -> loops.isIoType(NioIoHandler.class);
        };
  }

  /** Returns why this transport does not work here, or null if it does. */
  public abstract Throwable unavailabilityCause();

  /** Returns the factory for an event loop's I/O side. */
  public abstract IoHandlerFactory ioHandlerFactory();

  /** Returns a new channel that can listen on a TCP address. */
  public abstract ServerChannel serverChannel();

  /** Returns the class of outgoing TCP channels. */
  public abstract Class<? extends Channel> clientChannel();

  /** Returns the class of listening TCP channels. */
  public final Class<? extends ServerChannel> serverChannelClass() {
    return switch (this) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case KQUEUE -> KQueueServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }

  /** Returns a new outgoing TCP channel. */
  public final Channel newClientChannel() {
    return switch (this) {
      case IO_URING -> new IoUringSocketChannel();
      case EPOLL -> new EpollSocketChannel();
      case KQUEUE -> new KQueueSocketChannel();
      case NIO -> new NioSocketChannel();
    };
  }

  /** Returns a new channel that can connect to a unix domain socket. */
  public abstract Channel clientUnixChannel();

  /** Returns a new UDP channel; the family is that of multicast groups to join, null for any. */
  public abstract DatagramChannel datagramChannel(SocketProtocolFamily family);

  /** Returns whether this transport works here. */
  public final boolean isAvailable() {
    return unavailabilityCause() == null;
  }

  /**
   * Returns this transport if it works here.
   *
   * @throws IllegalArgumentException with the cause, if it does not
   */
  public final Transport ensureAvailable() {
    Throwable cause = unavailabilityCause();
    if (cause != null) {
      throw new IllegalArgumentException(
          "transport: " + this + " is not available here (use nio, or none for the best): " + cause,
          cause);
    }
    return this;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
