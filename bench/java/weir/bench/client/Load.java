package weir.bench.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import weir.bench.Control;

/**
 * Keeps a client busy with a number of requests in flight, for as long as the measuring script says
 * on standard input, and tells it how many were answered and what they cost this process.
 */
public final class Load {

  /** Sends one request. */
  public interface Sender {
    /** Sends; calls one of both once the body has been read, on any thread. */
    void send(Runnable answered, java.util.function.Consumer<Throwable> failed);
  }

  private final Sender sender;
  private final int inFlight;

  private Load(Sender sender, int inFlight) {
    this.sender = sender;
    this.inFlight = inFlight;
  }

  /** Serves lines {@code run MILLIS} until the input ends; then ends the JVM. */
  public static void serve(Sender sender, int inFlight) throws IOException, InterruptedException {
    Load load = new Load(sender, inFlight);
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String command;
    while ((command = in.readLine()) != null) {
      System.out.println(load.run(Long.parseLong(command.substring("run ".length()))));
    }
    Runtime.getRuntime().halt(0);
  }

  /** Returns "requests nanoseconds CPU-nanoseconds bytes failures". */
  private String run(long millis) throws InterruptedException {
    Round round = new Round(System.nanoTime() + millis * 1_000_000);
    long cpu = cpu();
    long bytes = Control.allocated();
    long from = System.nanoTime();
    for (int i = 0; i < inFlight; i++) {
      round.next();
    }
    round.ended.await();
    long took = System.nanoTime() - from;
    return round.answered.get()
        + " "
        + took
        + " "
        + (cpu() - cpu)
        + " "
        + (Control.allocated() - bytes)
        + " "
        + round.failures.get();
  }

  private final class Round {
    final long end;
    final AtomicLong answered = new AtomicLong();
    final AtomicLong failures = new AtomicLong();
    final CountDownLatch ended = new CountDownLatch(inFlight);

    Round(long end) {
      this.end = end;
    }

    void next() {
      if (System.nanoTime() - end > 0) {
        ended.countDown();
      } else {
        sender.send(this::answered, this::failed);
      }
    }

    private void answered() {
      answered.incrementAndGet();
      next();
    }

    private void failed(Throwable t) {
      if (failures.getAndIncrement() == 0) {
        t.printStackTrace();
      }
      ended.countDown(); // no more of this one: a broken client shall not look fast
    }
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
