package weir.net;

import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Objects;

/** Where a server listens. */
public sealed interface ListenOn {

  /** A TCP address; the server binds and closes it. */
  record Tcp(SocketAddress address) implements ListenOn {}

  /** A unix domain socket; the server makes the file and removes it when it stops. */
  record Unix(Path path) implements ListenOn {}

  /**
   * A socket that listens already and belongs to somebody else: the server never closes it.
   *
   * @param socket a bound {@link ServerSocketChannel} for nio, or an Integer file descriptor for epoll
   *     and kqueue
   */
  record Adopted(Object socket) implements ListenOn {}

  /** Returns the TCP address as a place to listen on. */
  static ListenOn tcp(SocketAddress address) {
    return new Tcp(Objects.requireNonNull(address, "address"));
  }

  /** Returns the unix domain socket at {@code path} as a place to listen on. */
  static ListenOn unix(Path path) {
    return new Unix(path.toAbsolutePath());
  }

  /** Returns the listening socket as a place to listen on. */
  static ListenOn adopted(Object socket) {
    return new Adopted(Objects.requireNonNull(socket, "socket"));
  }

  /**
   * Returns a new channel of {@code transport} for this place.
   *
   * @throws IllegalArgumentException if the transport cannot listen there
   */
  default ServerChannel channel(Transport transport) {
    if (this instanceof Unix) {
      return switch (transport) {
        case EPOLL -> new EpollServerDomainSocketChannel();
        case KQUEUE -> new KQueueServerDomainSocketChannel();
        case IO_URING -> new IoUringServerDomainSocketChannel();
        case NIO -> new NioServerDomainSocketChannel();
      };
    }
    if (this instanceof Adopted adopted) {
      return adopt(adopted.socket(), transport);
    }
    return transport.serverChannel();
  }

  /** Returns the address to bind, null if the socket is bound already. */
  default SocketAddress bindAddress(Transport transport) {
    if (this instanceof Tcp tcp) {
      return tcp.address();
    }
    if (this instanceof Unix unix) {
      return transport == Transport.NIO
          ? UnixDomainSocketAddress.of(unix.path())
          : new DomainSocketAddress(unix.path().toString());
    }
    return null;
  }

  private static ServerChannel adopt(Object socket, Transport transport) {
    if (socket instanceof ServerSocketChannel nio && transport == Transport.NIO) {
      if (nio.socket().isBound()) {
        return new NioServerSocketChannel(nio);
      }
      throw new IllegalArgumentException(
          "listen-socket: " + socket + " is not bound (expected: a socket that listens)");
    }
    if (socket instanceof Integer fd && transport == Transport.EPOLL) {
      return new EpollServerSocketChannel(fd);
    }
    if (socket instanceof Integer fd && transport == Transport.KQUEUE) {
      return new KQueueServerSocketChannel(fd);
    }
    throw new IllegalArgumentException(
        "listen-socket: "
            + socket
            + " with transport "
            + transport
            + " (expected: a ServerSocketChannel with nio, or a file descriptor with epoll or kqueue)");
  }
}
