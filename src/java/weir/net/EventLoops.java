package weir.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.NettyRuntime;
import io.netty.util.internal.SystemPropertyUtil;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;

/** Makes event loop groups, and keeps the one that all clients of a transport share. */
public final class EventLoops {

  private static final String CLIENT_THREADS = "aleph-netty-client-event-pool";

  private static final Map<Transport, EventLoopGroup> CLIENTS = new EnumMap<>(Transport.class);
  private static final ReentrantLock LOCK = new ReentrantLock();

  private EventLoops() {}

  /**
   * Returns how many loops a group has unless told otherwise: the system property {@code
   * io.netty.eventLoopThreads}, else two for each processor. Read at each call.
   */
  public static int defaultThreads() {
    int dflt = NettyRuntime.availableProcessors() * 2;
    return Math.max(1, SystemPropertyUtil.getInt("io.netty.eventLoopThreads", dflt));
  }

  /** Returns a factory of event loop threads named {@code prefix-1}, {@code prefix-2} and so on. */
  public static ThreadFactory threadFactory(String prefix, boolean daemon) {
    return EventLoopThread.factory(prefix, daemon);
  }

  /** Returns a new group; the caller shuts it down. */
  public static EventLoopGroup create(
      Transport transport, int threads, String threadPrefix, boolean daemon) {
    return new MultiThreadIoEventLoopGroup(
        threads,
        EventLoopThread.factory(threadPrefix, daemon),
        transport.ensureAvailable().ioHandlerFactory());
  }

  /** Returns the group that clients of {@code transport} share: daemon threads, never shut down. */
  public static EventLoopGroup client(Transport transport) {
    LOCK.lock();
    try {
      return CLIENTS.computeIfAbsent(
          transport, t -> create(t, defaultThreads(), CLIENT_THREADS, true));
    } finally {
      LOCK.unlock();
    }
  }
}
