package weir.udp;

import static weir.options.Arguments.positive;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.uring.IoUringDatagramChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.net.Buffers;
import weir.net.ByteBufConversions;
import weir.net.ChannelFacts;
import weir.net.ChannelSink;
import weir.net.ChannelSource;
import weir.net.EventLoops;
import weir.net.NettyFutures;
import weir.net.Transport;
import weir.stream.SplicedStream;
import weir.stream.Streams;

/**
 * A bound UDP socket: its {@link #stream} emits and takes {@link Packet}s, or what the functions of
 * the builder make of them.
 */
public final class UdpSocket {

  private static final Logger LOG = LoggerFactory.getLogger("weir.udp");

  /** The largest datagram that is received whole: 64 KiB, as large as they can be. */
  public static final int DEFAULT_MAX_PACKET_BYTES = 65_535;

  private final DatagramChannel channel;
  private final SplicedStream stream;

  private UdpSocket(DatagramChannel channel, SplicedStream stream) {
    this.channel = channel;
    this.stream = stream;
  }

  /** Returns a builder; nothing has to be set. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the packets that come and go. Closing it closes the socket. */
  public SplicedStream stream() {
    return stream;
  }

  /** Returns the bound port. */
  public int port() {
    return channel.localAddress().getPort();
  }

  /**
   * Joins a multicast group on an interface; null is the system's choice.
   *
   * @return fails with an UnsupportedOperationException with io_uring, which has no multicast
   */
  public Deferred<Void> join(InetAddress group, NetworkInterface on) {
    return multicast(
        () ->
            on == null
                ? channel.joinGroup(group)
                : channel.joinGroup(new InetSocketAddress(group, 0), on));
  }

  /** Leaves a multicast group. */
  public Deferred<Void> leave(InetAddress group, NetworkInterface on) {
    return multicast(
        () ->
            on == null
                ? channel.leaveGroup(group)
                : channel.leaveGroup(new InetSocketAddress(group, 0), on));
  }

  private Deferred<Void> multicast(Supplier<ChannelFuture> call) {
    if (channel instanceof IoUringDatagramChannel) {
      return Deferred.failed(
          new UnsupportedOperationException(
              "the transport io-uring has no multicast (use epoll or nio)"),
          null);
    }
    return NettyFutures.toDeferred(call.get());
  }

  /** What a socket needs to know. Each method but the last returns the builder. */
  public static final class Builder {
    private SocketAddress address = new InetSocketAddress(0);
    private Transport transport;
    private Executor executor;
    private boolean broadcast;
    private boolean reuse;
    private boolean raw;
    private int receiveBuffer;
    private int maxPacket = DEFAULT_MAX_PACKET_BYTES;
    private NetworkInterface multicastInterface;
    private SocketProtocolFamily family;
    private Function<Object, Packet> outgoing = Packet.class::cast;
    private Function<Packet, ?> incoming = p -> p;
    private Consumer<Bootstrap> bootstrap = b -> {};

    private Builder() {}

    /** Binds a port of all interfaces; 0, the default, takes a free one. */
    public Builder port(int port) {
      return address(new InetSocketAddress(port));
    }

    /** Binds an address. */
    public Builder address(SocketAddress newAddress) {
      address = Objects.requireNonNull(newAddress, "address");
      return this;
    }

    /** Sets the transport; the default is the best of this machine. */
    public Builder transport(Transport newTransport) {
      transport = newTransport.ensureAvailable();
      return this;
    }

    /** Sets where takers of the stream are called. Default: the event loop. */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Allows to send to broadcast addresses. */
    public Builder broadcast(boolean on) {
      broadcast = on;
      return this;
    }

    /** Lets other sockets bind the same address, as receivers of multicast do. */
    public Builder reuseAddress(boolean on) {
      reuse = on;
      return this;
    }

    /** Emits ByteBufs, which the taker releases, instead of arrays. */
    public Builder rawStream(boolean on) {
      raw = on;
      return this;
    }

    /** Sets how many bytes the operating system keeps until they are received. */
    public Builder receiveBufferBytes(int n) {
      receiveBuffer = positive("receiveBufferBytes", n);
      return this;
    }

    /** Sets the largest datagram that is received whole; the rest of larger ones is lost. */
    public Builder maxPacketBytes(int n) {
      maxPacket = positive("maxPacketBytes", n);
      return this;
    }

    /** Sets the interface for multicast that is sent, and the family of groups to join. */
    public Builder multicast(NetworkInterface on, SocketProtocolFamily ofGroups) {
      multicastInterface = on;
      family = ofGroups;
      return this;
    }

    /**
     * Sets what is put into the stream and what comes out of it.
     *
     * @param toPacket throws IllegalArgumentException for what cannot be sent
     */
    public Builder messages(Function<Object, Packet> toPacket, Function<Packet, ?> fromPacket) {
      outgoing = Objects.requireNonNull(toPacket, "toPacket");
      incoming = Objects.requireNonNull(fromPacket, "fromPacket");
      return this;
    }

    /** Changes Netty's bootstrap after all defaults are set. */
    public Builder bootstrap(Consumer<Bootstrap> transform) {
      bootstrap = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /**
     * Binds, without blocking.
     *
     * @return the socket; fails with a BindException if the address is in use or not ours
     */
    public Deferred<UdpSocket> bind() {
      ByteBufConversions.install();
      Transport chosen = transport == null ? Transport.best() : transport;
      Deferred<UdpSocket> result = Deferred.create(executor);
      Handler handler = new Handler(this);
      Bootstrap b =
          new Bootstrap()
              .group(EventLoops.client(chosen))
              .channelFactory(() -> chosen.datagramChannel(family))
              .option(ChannelOption.SO_BROADCAST, broadcast)
              .option(ChannelOption.SO_REUSEADDR, reuse)
              .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(maxPacket))
              .handler(
                  new ChannelInitializer<DatagramChannel>() {
                    @Override
                    protected void initChannel(DatagramChannel channel) {
                      handler.attach(channel);
                      channel.pipeline().addLast("handler", handler);
                    }
                  });
      if (receiveBuffer > 0) {
        b.option(ChannelOption.SO_RCVBUF, receiveBuffer);
      }
      if (multicastInterface != null) {
        b.option(ChannelOption.IP_MULTICAST_IF, multicastInterface);
      }
      bootstrap.accept(b);
      b.bind(address)
          .addListener(
              done -> {
                if (done.isSuccess()) {
                  result.success(handler.socket);
                } else {
                  result.error(bindFailure(address, done.cause()));
                }
              });
      return result;
    }

    private static Throwable bindFailure(SocketAddress address, Throwable cause) {
      if (!(cause instanceof IOException) || cause instanceof BindException) {
        return cause;
      }
      BindException e = new BindException("cannot bind " + address + ": " + cause.getMessage());
      e.initCause(cause);
      return e;
    }
  }

  /** Between the socket and its stream. */
  private static final class Handler extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Builder options;
    private ChannelSource source;
    private ChannelSink sink;
    private UdpSocket socket;

    Handler(Builder options) {
      this.options = options;
    }

    void attach(DatagramChannel channel) {
      source = new ChannelSource(channel, options.executor);
      sink =
          new ChannelSink(
              channel,
              this::encode,
              (s, message, cause) -> Deferred.failed(cause, null), // the socket is none the worse
              () -> ChannelSink.closeBehindWrites(channel));
      SplicedStream stream = Streams.splice(sink, source.stream());
      stream.resetMeta(ChannelFacts.meta(channel));
      socket = new UdpSocket(channel, stream);
    }

    private Object encode(Channel channel, Object message) throws IOException {
      Packet packet = options.outgoing.apply(message);
      return new DatagramPacket(Buffers.of(packet.message()), packet.address());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
      if (Boolean.TRUE.equals(source.stream().isClosed())) {
        return; // nobody wants it, and the packet is released behind this
      }
      ByteBuf content = packet.content();
      Object message =
          options.raw
              ? content.retain()
              : ByteBufUtil.getBytes(content, content.readerIndex(), content.readableBytes(), true);
      source.offer(options.incoming.apply(new Packet(packet.sender(), message)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      source.end();
      sink.markClosed();
      ctx.fireChannelInactive();
    }

    /** An ICMP message about a datagram that nobody received is no reason to close. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.debug("a datagram was not received", cause);
    }
  }
}
