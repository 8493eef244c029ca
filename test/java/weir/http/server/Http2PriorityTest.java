package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.FrameClient;
import weir.testing.FrameClient.Frame;

/** Whose DATA is sent first when the window of the connection opens (RFC 9218). */
class Http2PriorityTest {

  private static final int WINDOW = 65_535;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  /** Returns a client whose window is shut: a first response has taken all of it. */
  private FrameClient shut() throws IOException {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(r -> Reply.of(200).body(new byte[Integer.parseInt(r.path().substring(1))]))
            .start();
    FrameClient client = new FrameClient(server.port());
    client.get(1, "/" + WINDOW).response(1);
    return client;
  }

  /** Asks for a body, and waits until it could be sent if there were room. */
  private static void ask(FrameClient client, int stream, int bytes, String... priority)
      throws IOException {
    client.get(stream, "/" + bytes, priority).awaitHead(stream);
  }

  /** Opens the window, and returns the streams in the order in which they have sent, until they end. */
  private static List<Integer> open(FrameClient client, int... streams) throws IOException {
    List<Integer> order = new ArrayList<>();
    client.window(0, 1 << 20);
    int open = streams.length;
    while (open > 0) {
      Frame frame = client.read();
      if (frame.type() != FrameClient.DATA) {
        continue;
      }
      if (order.isEmpty() || order.get(order.size() - 1) != frame.stream()) {
        order.add(frame.stream());
      }
      if ((frame.flags() & FrameClient.END_STREAM) != 0) {
        open--;
      }
    }
    for (int stream : streams) {
      assertTrue(client.soFar(stream).ended);
    }
    return order;
  }

  @Test
  void theMostUrgentIsSentFirst() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 20_000, "priority", "u=5");
      ask(client, 5, 20_000);
      ask(client, 7, 20_000, "priority", "u=1");
      ask(client, 9, 20_000, "priority", "u=0, i");
      assertEquals(List.of(9, 7, 5, 3), open(client, 3, 5, 7, 9));
    }
  }

  @Test
  void whatIsOfUseOnlyAsAWholeIsSentOneAfterTheOther() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 60_000, "priority", "u=2");
      ask(client, 5, 60_000, "priority", "u=2");
      assertEquals(List.of(3, 5), open(client, 3, 5));
    }
  }

  @Test
  void whatIsOfUseInPartsTakesTurns() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 60_000, "priority", "u=2, i");
      ask(client, 5, 60_000, "priority", "u=2, i");
      List<Integer> order = open(client, 3, 5);
      assertTrue(order.size() >= 6, order::toString);
    }
  }

  @Test
  void anUrgentStreamWhoseOwnWindowIsShutHoldsUpNobody() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 2 * WINDOW, "priority", "u=0");
      ask(client, 5, 20_000, "priority", "u=7");
      assertEquals(List.of(3, 5), open(client, 5));
      client.window(3, WINDOW);
      assertEquals(2 * WINDOW, client.response(3).body.size());
    }
  }

  @Test
  void anUrgentStreamThatIsResetHoldsUpNobody() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 20_000, "priority", "u=0");
      ask(client, 5, 20_000, "priority", "u=7");
      client.reset(3, FrameClient.CANCEL);
      assertEquals(List.of(5), open(client, 5));
    }
  }

  @Test
  void withoutPrioritiesNobodyWaitsForAnother() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 60_000);
      ask(client, 5, 60_000);
      assertTrue(open(client, 3, 5).containsAll(List.of(3, 5)));
    }
  }
}
