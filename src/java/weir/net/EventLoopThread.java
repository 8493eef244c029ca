package weir.net;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import weir.executor.NonBlockingThread;

/** A thread that runs an event loop. Blocking on it is reported. */
final class EventLoopThread extends FastThreadLocalThread implements NonBlockingThread {

  private EventLoopThread(Runnable target, String name) {
    super(target, name);
  }

  /** Returns a factory of threads named {@code prefix-1}, {@code prefix-2} and so on. */
  static ThreadFactory factory(String prefix, boolean daemon) {
    AtomicInteger number = new AtomicInteger();
    return target -> {
      EventLoopThread thread = new EventLoopThread(target, prefix + "-" + number.incrementAndGet());
      thread.setDaemon(daemon);
      return thread;
    };
  }
}
