package weir.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import weir.deferred.Deferred;

/**
 * A bound listening socket with its event loops and the connections it has accepted.
 *
 * <p>Owns its event loops: {@link #shutdown} ends them once every connection is gone.
 */
public final class TcpListener {

  private static final AttributeKey<Boolean> CUT = AttributeKey.valueOf(TcpListener.class, "cut");

  /**
   * How many connections the kernel may hold until they are accepted. It takes less if it was told so
   * (Linux: {@code net.core.somaxconn}).
   */
  public static final int DEFAULT_BACKLOG = 16 * 1024;

  /** Whoever stops a server is kept so long at most, until another can listen at its address. */
  private static final long MAX_SOCKET_MILLIS = 1000;

  private final Options options;
  private final EventLoopGroup loops;
  private final ChannelGroup connections;
  private final Channel channel;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Deferred<Boolean> stopped = Deferred.create(null);

  private TcpListener(
      Options options, EventLoopGroup loops, ChannelGroup connections, Channel channel) {
    this.options = options;
    this.loops = loops;
    this.connections = connections;
    this.channel = channel;
  }

  /**
   * What {@link #bind} needs to know.
   *
   * @param maxConnections how many may be open at once, 0 for any number; others wait in the kernel
   */
  public record Options(
      Transport transport,
      ListenOn place,
      int threads,
      String threadPrefix,
      boolean daemon,
      int maxConnections,
      Consumer<ServerBootstrap> bootstrap) {

    /** Options without a limit of connections. */
    public Options(
        Transport transport,
        ListenOn place,
        int threads,
        String threadPrefix,
        boolean daemon,
        Consumer<ServerBootstrap> bootstrap) {
      this(transport, place, threads, threadPrefix, daemon, 0, bootstrap);
    }

    /** Returns the same, with a change to the bootstrap before those that are there. */
    public Options before(Consumer<ServerBootstrap> change) {
      return new Options(
          transport,
          place,
          threads,
          threadPrefix,
          daemon,
          maxConnections,
          change.andThen(bootstrap));
    }
  }

  /**
   * Binds and starts to accept; blocks until the socket is bound.
   *
   * @param options where to listen, and with which threads
   * @param initializer adds the handlers of each accepted channel
   * @throws java.net.BindException if the address is in use or not ours
   */
  public static TcpListener bind(Options options, ChannelHandler initializer) {
    EventLoopGroup loops =
        EventLoops.create(
            options.transport(), options.threads(), options.threadPrefix(), options.daemon());
    ChannelGroup connections =
        new DefaultChannelGroup("weir-connections", GlobalEventExecutor.INSTANCE);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(() -> options.place().channel(options.transport()))
            .option(ChannelOption.SO_BACKLOG, DEFAULT_BACKLOG)
            .childOption(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
            .handler(new Tracker(connections, options.maxConnections()))
            .childHandler(initializer);
    if (options.maxConnections() > 0) {
      ServerChannelRecvByteBufAllocator oneByOne = new ServerChannelRecvByteBufAllocator();
      oneByOne.maxMessagesPerRead(1); // so that none is accepted too many
      bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, oneByOne);
    }
    if (!(options.place() instanceof ListenOn.Unix)) {
      bootstrap
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true);
    }
    options.bootstrap().accept(bootstrap);
    SocketAddress address = options.place().bindAddress(options.transport());
    try {
      if (options.place() instanceof ListenOn.Unix unix) {
        UnixSockets.makeRoom(unix.path());
      }
      ChannelFuture listening = address == null ? bootstrap.register() : bootstrap.bind(address);
      return new TcpListener(
          options, loops, connections, listening.syncUninterruptibly().channel());
    } catch (Throwable t) {
      loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw bindFailure(address, t);
    }
  }

  /** The native transports have an exception of their own for what the JDK calls BindException. */
  private static RuntimeException bindFailure(SocketAddress address, Throwable cause) {
    Throwable failure = cause;
    if (cause instanceof IOException && !(cause instanceof BindException)) {
      failure = new BindException("cannot listen on " + address + ": " + cause.getMessage());
      failure.initCause(cause);
    }
    throw TcpListener.<RuntimeException>sneaky(failure);
  }

  @SuppressWarnings("unchecked") // the cast is erased: this throws any Throwable unchecked
  private static <E extends Throwable> E sneaky(Throwable t) throws E {
    throw (E) t;
  }

  /**
   * Enters each accepted channel, before anything runs in it, into the group, and accepts no more while
   * there are as many as may be.
   */
  private static final class Tracker extends ChannelInboundHandlerAdapter {
    private final ChannelGroup connections;
    private final int max;
    private final AtomicInteger open = new AtomicInteger();

    Tracker(ChannelGroup connections, int max) {
      this.connections = connections;
      this.max = max;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      Channel accepted = (Channel) msg;
      connections.add(accepted);
      if (max > 0) {
        count(ctx, accepted);
      }
      ctx.fireChannelRead(msg);
    }

    private void count(ChannelHandlerContext ctx, Channel accepted) {
      if (open.incrementAndGet() >= max) {
        ctx.channel().config().setAutoRead(false);
      }
      accepted
          .closeFuture()
          .addListener(
              closed -> {
                open.decrementAndGet();
                if (ctx.channel().isOpen() && !ctx.executor().isShuttingDown()) {
                  ctx.executor().execute(() -> acceptAgain(ctx));
                }
              });
    }

    /** On the listening channel's loop, as whatever else changes this. */
    private void acceptAgain(ChannelHandlerContext ctx) {
      if (open.get() < max && ctx.channel().isOpen() && !ctx.channel().config().isAutoRead()) {
        ctx.channel().config().setAutoRead(true);
      }
    }
  }

  /** Returns the listening channel. */
  public Channel channel() {
    return channel;
  }

  /** Returns the transport in use. */
  public Transport transport() {
    return options.transport();
  }

  /** Returns the open connections; a live view. */
  public ChannelGroup connections() {
    return connections;
  }

  /** Returns the bound address. */
  public SocketAddress address() {
    return channel.localAddress();
  }

  /** Returns the bound port, or -1 for a socket that has none. */
  public int port() {
    return address() instanceof InetSocketAddress inet ? inet.getPort() : -1;
  }

  /** Returns what is realized when the listener was shut down and its event loops have ended. */
  public Deferred<Boolean> stopped() {
    return stopped;
  }

  /**
   * Stops accepting at once, waits for connections to end, cuts what is left after the grace period
   * and ends the event loops. Idempotent: later calls return the same deferred. When this returns the
   * address is free, unless it was called on the event loop that accepts.
   *
   * @param graceMillis how long connections may take; zero cuts them at once
   * @param drain called for each open connection, to tell it to finish
   * @return true when all connections ended by themselves
   */
  public Deferred<Boolean> shutdown(long graceMillis, Consumer<Channel> drain) {
    if (!stopping.compareAndSet(false, true)) {
      return stopped;
    }
    Future<?> socketClosed = stopAccepting();
    socketClosed.addListener(
        done -> {
          connections.forEach(drain);
          awaitConnections(graceMillis);
        });
    if (!channel.eventLoop().inEventLoop()) {
      socketClosed.awaitUninterruptibly(MAX_SOCKET_MILLIS);
    }
    return stopped;
  }

  /** A socket that somebody else has opened is left as it is, for a successor to listen on. */
  private Future<?> stopAccepting() {
    if (options.place() instanceof ListenOn.Adopted) {
      return channel.deregister();
    }
    if (options.place() instanceof ListenOn.Unix unix) {
      ChannelPromise removed = channel.newPromise();
      channel
          .close()
          .addListener(
              closed -> {
                UnixSockets.remove(unix.path());
                removed.setSuccess();
              });
      return removed;
    }
    return channel.close();
  }

  /**
   * Returns whether a connection is closed because its loop is about to end: a handler that holds the
   * end up would hold it up for ever, and what it keeps would never be released.
   */
  public static boolean isCut(Channel channel) {
    return channel.hasAttr(CUT);
  }

  private void awaitConnections(long graceMillis) {
    AtomicBoolean ended = new AtomicBoolean();
    Future<?> limit =
        GlobalEventExecutor.INSTANCE.schedule(
            () -> endLoops(ended, false), graceMillis, TimeUnit.MILLISECONDS);
    connections
        .newCloseFuture()
        .addListener(
            all -> {
              limit.cancel(false);
              endLoops(ended, true);
            });
  }

  private void endLoops(AtomicBoolean ended, boolean graceful) {
    if (ended.compareAndSet(false, true)) {
      connections.forEach(channel -> channel.attr(CUT).set(true));
      connections.close();
      connections.forEach(TcpListener::closeNow);
      loops
          .shutdownGracefully(0, 1, TimeUnit.SECONDS)
          .addListener(done -> stopped.success(graceful));
    }
  }

  /**
   * The codec of HTTP/2 waits for its streams before it closes. There is no time left: with the
   * channel goes what its handlers hold, which the end of the loop would leave to nobody.
   */
  private static void closeNow(Channel connection) {
    if (!connection.eventLoop().isShuttingDown()) { // else it closes all that it has
      connection
          .eventLoop()
          .execute(() -> connection.unsafe().close(connection.unsafe().voidPromise()));
    }
  }
}
