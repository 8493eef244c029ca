package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand connections that ask for nothing. */
class IdleConnectionsTest {

  private static final int WANTED = 10_000;
  private static final long MAX_HEAP_EACH = 2560;
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

  @Test
  void allAreAcceptedWhenTheyComeAtOnceAndEachIsCheap(@TempDir Path folder) throws Exception {
    int n = allowed();
    List<SocketChannel> connections = new ArrayList<>();
    try (SmallHeap server = new SmallHeap(folder)) {
      warmUp(server);
      SmallHeap.Use before = server.use();
      connectAll(server.port(), n, connections);
      askAll(connections);
      SmallHeap.Use after = server.use();
      assertEquals(before.connections() + n, after.connections());
      long each = (after.heap() - before.heap()) / n;
      System.out.println(n + " idle connections: " + each + " bytes of heap each");
      assertTrue(each < MAX_HEAP_EACH, each + " bytes of heap for each idle connection");
      assertEquals("", server.log());
    } finally {
      for (SocketChannel connection : connections) {
        connection.close();
      }
    }
  }

  /** A process may have so many open files only; then there are fewer connections. */
  private static int allowed() {
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - 200;
    int n = (int) Math.min(WANTED, free);
    if (n < WANTED) {
      System.out.println("only " + n + " connections: ulimit -n allows no more");
    }
    return n;
  }

  private static void warmUp(SmallHeap server) throws IOException {
    List<SocketChannel> some = new ArrayList<>();
    connectAll(server.port(), 100, some);
    askAll(some);
    for (SocketChannel connection : some) {
      connection.close();
    }
    int left;
    do {
      left = server.use().connections(); // collects garbage first, which takes its time
    } while (left > 0);
  }

  /** Begins to connect all before it waits for the first. */
  private static void connectAll(int port, int n, List<SocketChannel> into) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < n; i++) {
      SocketChannel channel = SocketChannel.open();
      into.add(channel);
      channel.configureBlocking(false);
      channel.connect(address);
    }
    for (SocketChannel channel : into) {
      channel.configureBlocking(true);
      assertTrue(channel.finishConnect());
    }
  }

  /** Each is a connection that was kept alive: it has had an answer. */
  private static void askAll(List<SocketChannel> channels) throws IOException {
    for (SocketChannel channel : channels) {
      channel.write(ByteBuffer.wrap(REQUEST));
    }
    ByteBuffer answer = ByteBuffer.allocate(1024);
    for (SocketChannel channel : channels) {
      answer.clear();
      assertTrue(channel.read(answer) > 0, "closed instead of answered");
    }
  }
}
