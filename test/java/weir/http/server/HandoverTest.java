package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.RawClient;

/** A server that stops while a successor goes on with its listening socket. */
class HandoverTest {

  private static final int CLIENTS = 32;
  private static final int REQUESTS = 6_400;
  private static final int SUCCESSIONS = 3;

  private final AtomicInteger running = new AtomicInteger(CLIENTS);
  private final AtomicInteger thinking = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger toldToClose = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private int port;

  @Test
  void noRequestIsCutOrRefusedAndEachConnectionIsToldFirst() throws Exception {
    try (ServerSocketChannel socket = ServerSocketChannel.open()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
      port = socket.socket().getLocalPort();
      HttpServer current = start(socket);
      List<Thread> clients = startClients();
      List<Deferred<Boolean>> stopped = new ArrayList<>();
      for (int i = 1; i <= SUCCESSIONS; i++) {
        int due = REQUESTS * i / (SUCCESSIONS + 1);
        Await.until(due + " answers", () -> answered.get() >= due || !failures.isEmpty());
        HttpServer successor = start(socket);
        stopped.add(current.shutdown(Duration.ofSeconds(20)));
        current = successor;
      }
      for (Thread client : clients) {
        client.join();
      }
      current.shutdown(Duration.ZERO).await();
      assertEquals(List.of(), List.copyOf(failures));
      assertEquals(REQUESTS, answered.get());
      for (Deferred<Boolean> stop : stopped) {
        assertEquals(true, stop.await(30, TimeUnit.SECONDS));
      }
      assertTrue(toldToClose.get() >= CLIENTS, toldToClose + " connections were told to close");
    }
  }

  private static HttpServer start(ServerSocketChannel socket) {
    return HttpServer.builder().listenSocket(socket).handler(r -> Reply.text("hello")).start();
  }

  private List<Thread> startClients() {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Thread client = new Thread(this::ask, "client-" + i);
      client.start();
      clients.add(client);
    }
    return clients;
  }

  private void ask() {
    int left = REQUESTS / CLIENTS;
    try {
      while (left > 0) {
        left = askOnOneConnection(left);
      }
    } catch (IOException e) {
      failures.add(Thread.currentThread().getName() + ", " + left + " left: " + e);
    } finally {
      running.decrementAndGet();
    }
  }

  private int askOnOneConnection(int requests) throws IOException {
    int left = requests;
    try (RawClient client = new RawClient(port)) {
      while (left > 0) {
        RawClient.Response response = client.get("/").read();
        assertEquals("hello", response.text());
        answered.incrementAndGet();
        left--;
        if ("Close".equals(response.header("connection"))) {
          toldToClose.incrementAndGet();
          return left;
        }
        if (left % 50 == 0) {
          think();
        }
      }
    }
    return left;
  }

  /** Keeps its connection idle until another client was answered, if there is one that asks. */
  private void think() {
    int before = answered.get();
    thinking.incrementAndGet();
    Await.until(
        "another client is answered",
        () -> answered.get() > before || thinking.get() >= running.get());
    thinking.decrementAndGet();
  }
}
