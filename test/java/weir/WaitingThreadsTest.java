package weir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.IBlockingDeref;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.bytes.Bytes;
import weir.deferred.Deferred;
import weir.executor.VirtualThreads;
import weir.stream.Stream;
import weir.testing.Await;

/**
 * Spec §3.2 and §16.11: what waits for a deferred, a stream or an InputStream parks, so a virtual
 * thread leaves its carrier to others. Where the JVM has none, the same is done with plain threads;
 * that they hold no monitor is what keeps a virtual thread of JDK 21 to 23 from being pinned.
 */
@Timeout(60)
class WaitingThreadsTest {

  private static final int EACH = 50; // of six kinds; more than there are carriers
  private static final long MANY_MS = 100_000;

  /** A blocking call, and what ends it. */
  private record Wait(String what, Callable<?> call, Runnable end) {}

  private static List<Wait> waits() {
    Deferred<Object> read = Deferred.create();
    Deferred<Object> timed = Deferred.create();
    Stream<Object> taken = Stream.create();
    Stream<Object> blocked = Stream.create();
    Stream<Object> put = Stream.create();
    Stream<Object> bytes = Stream.create();
    return List.of(
        new Wait("deref", read::await, () -> read.success(1)),
        new Wait(
            "timed deref",
            () -> ((IBlockingDeref) timed).deref(MANY_MS, null),
            () -> timed.success(1)),
        new Wait("take", () -> taken.take().await(), () -> taken.put(1)),
        new Wait("blocking take", () -> blocked.take(null, true), () -> blocked.put(1)),
        new Wait("put", () -> put.put(1).await(), put::take),
        new Wait("InputStream", () -> readOne(bytes), () -> bytes.put(new byte[] {1})));
  }

  private static int readOne(Stream<Object> source) throws IOException {
    try (InputStream in = Bytes.toInputStream(source)) {
      return in.read();
    }
  }

  @Test
  void waitingThreadsHoldNoMonitor() throws Exception {
    waitOneByOne(
        thread -> {
          var info =
              ManagementFactory.getThreadMXBean()
                  .getThreadInfo(new long[] {thread.getId()}, true, false)[0];
          assertEquals(List.of(), List.of(info.getLockedMonitors()), thread.getName());
        });
  }

  private static void waitOneByOne(Consumer<Thread> meanwhile) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (Wait wait : waits()) {
      Thread thread = new Thread(quietly(wait.call(), failure), "waiting-" + wait.what());
      thread.start();
      awaitWaiting(thread);
      meanwhile.accept(thread);
      wait.end().run();
      thread.join();
    }
    assertEquals(null, failure.get());
  }

  @Test
  void manyVirtualThreadsWaitAndOthersProceedWithoutOneBeingPinned(@TempDir Path directory)
      throws Exception {
    waitOneByOne(thread -> {}); // to wait for a class that another thread initializes pins as well
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<RecordedEvent> pinned =
        pinnedDuring(
            directory,
            () -> {
              List<Wait> waits = new ArrayList<>();
              List<Thread> threads = new ArrayList<>();
              for (int i = 0; i < EACH; i++) {
                waits.addAll(waits());
              }
              for (Wait wait : waits) {
                threads.add(start("waiting-" + wait.what(), quietly(wait.call(), failure)));
              }
              for (Thread thread : threads) {
                awaitWaiting(thread);
              }
              // This one needs a carrier, too.
              start("ending", () -> waits.forEach(wait -> wait.end().run())).join();
              for (Thread thread : threads) {
                thread.join();
              }
              return null;
            });
    assertEquals(null, failure.get());
    assertEquals(List.of(), pinned);
  }

  /** Without this the test above could be blind. */
  @Test
  void threadThatParksInAClassInitializerIsSeenAsPinned(@TempDir Path directory) throws Exception {
    List<RecordedEvent> pinned =
        pinnedDuring(
            directory,
            () -> {
              Thread thread = start("waiting-control", () -> assertTrue(Initialized.done));
              awaitWaiting(thread);
              MAY_END.countDown();
              thread.join();
              return null;
            });
    assertEquals(VirtualThreads.available(), !pinned.isEmpty());
  }

  private static final CountDownLatch MAY_END = new CountDownLatch(1);

  private static final class Initialized {
    static final boolean done;

    static {
      try {
        MAY_END.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      done = true;
    }
  }

  private static Thread start(String name, Runnable task) {
    Thread thread =
        VirtualThreads.available()
            ? VirtualThreads.unstarted(name, task)
            : new Thread(null, task, name, 1 << 18);
    thread.start();
    return thread;
  }

  private static Runnable quietly(Callable<?> call, AtomicReference<Throwable> failure) {
    return () -> {
      try {
        call.call();
      } catch (Throwable t) {
        failure.compareAndSet(null, t);
      }
    };
  }

  private static void awaitWaiting(Thread thread) {
    Await.until(
        thread.getName() + " waits",
        () -> {
          Thread.State state = thread.getState();
          assertTrue(state != Thread.State.TERMINATED, thread.getName() + " did not wait");
          return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        });
  }

  /** What the JVM reports of pinned threads called {@code waiting-…}: nothing before JDK 21. */
  private static List<RecordedEvent> pinnedDuring(Path directory, Callable<?> body)
      throws Exception {
    Path file = directory.resolve("pinned.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO).withStackTrace();
      recording.start();
      body.call();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      var thread = event.getThread("eventThread");
      if (thread != null && String.valueOf(thread.getJavaName()).startsWith("waiting-")) {
        events.add(event);
      }
    }
    Files.delete(file);
    return events;
  }
}
