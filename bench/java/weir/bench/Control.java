package weir.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * How the measuring script talks to a server: says which port it has, answers {@code alloc} on
 * standard input with the bytes that all threads have allocated so far, {@code heap} with those in use
 * after a full collection, and ends with its input.
 */
public final class Control {

  private Control() {}

  /** Announces the port and serves commands until the input ends; then ends the JVM. */
  public static void serve(int port) throws IOException {
    System.out.println("port " + port);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String command;
    while ((command = in.readLine()) != null) {
      if (command.equals("alloc")) {
        System.out.println("alloc " + allocated());
      } else if (command.equals("heap")) {
        System.out.println("heap " + usedHeap());
      }
    }
    Runtime.getRuntime().halt(0);
  }

  /** Returns the bytes in use after a full collection. */
  private static long usedHeap() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Returns bytes allocated since the JVM started, -1 where it cannot tell (before JDK 21). */
  public static long allocated() {
    try {
      return (long)
          com.sun.management.ThreadMXBean.class
              .getMethod("getTotalThreadAllocatedBytes")
              .invoke(ManagementFactory.getThreadMXBean());
    } catch (ReflectiveOperationException e) {
      return -1;
    }
  }
}
