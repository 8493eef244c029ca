package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Response;
import weir.http.http2.Http2Config;
import weir.http.http2.UnreadBudget;
import weir.testing.Await;
import weir.testing.FrameClient;

/** What clients are promised of HTTP/2 bodies, and what they can make a server hold. */
@Timeout(60)
class Http2UnreadTest {

  private static final int FRAME = 16 * 1024;
  private static final int SHARE = 64 * 1024;
  private static final int INITIAL_WINDOW_SIZE = 4;

  private final CountDownLatch readOn = new CountDownLatch(1);
  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    readOn.countDown();
    server.shutdown(Duration.ZERO).await();
  }

  private void serve(Http2Config config) {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2").cleartext(true).limits(config))
            .handler(
                r -> {
                  if (r.path().equals("/later")) {
                    readOn.await();
                  }
                  return Reply.text("" + ((InputStream) r.body()).readAllBytes().length);
                })
            .start();
  }

  /** Returns the window of a new stream that a client is told. */
  private static int announced(FrameClient client) throws IOException {
    FrameClient.Frame frame = client.await(FrameClient.SETTINGS);
    for (int at = 0; at < frame.payload().length; at += 6) {
      if (frame.payload()[at + 1] == INITIAL_WINDOW_SIZE) {
        return frame.number(at + 2);
      }
    }
    return 65_535;
  }

  @Test
  void theFirstWordsOfAServerAreWideWindows() throws Exception {
    serve(Http2Config.builder().unread(new UnreadBudget(1L << 30)).build());
    try (FrameClient client = new FrameClient(server.port())) {
      assertEquals(Http2Config.DEFAULT_STREAM_WINDOW_BYTES, announced(client));
      FrameClient.Frame next = client.read();
      assertEquals(FrameClient.WINDOW_UPDATE, next.type());
      assertEquals(0, next.stream());
      assertTrue(next.number(0) > Http2Config.DEFAULT_STREAM_WINDOW_BYTES);
    }
  }

  @Test
  void windowsBeginNarrowWhenMuchWaitsUnread() throws Exception {
    UnreadBudget budget = new UnreadBudget(1 << 20);
    serve(Http2Config.builder().unread(budget).build());
    try (FrameClient holder = new FrameClient(server.port())) {
      assertEquals(1 << 19, announced(holder));
      holder.request(1, false, "POST", "/later");
      for (int i = 0; i < 12; i++) {
        holder.frame(FrameClient.DATA, 0, 1, new byte[FRAME]);
      }
      Await.until("it counts", () -> budget.taken() == 12 * FRAME);
      try (FrameClient other = new FrameClient(server.port())) {
        assertEquals(((1 << 20) - 12 * FRAME) / 2, announced(other));
      }
      readOn.countDown();
      holder.data(1, true, "end");
      assertEquals("" + (12 * FRAME + 3), holder.response(1).text());
      assertEquals(0, budget.taken());
    }
  }

  /** A stream that nobody reads, on each of many connections, whose windows would let all of it come. */
  @Test
  void whatIsUnreadOfManyConnectionsIsBounded() throws Exception {
    int bytes = 1 << 20;
    int connections = 20;
    UnreadBudget budget = new UnreadBudget(bytes);
    serve(
        Http2Config.builder()
            .unread(budget)
            .settings(new Http2Settings().initialWindowSize(1 << 22))
            .build());
    List<FrameClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        FrameClient client = new FrameClient(server.port());
        clients.add(client);
        client.await(FrameClient.SETTINGS);
        client.request(1, false, "POST", "/later");
        Thread sender = new Thread(() -> pour(client));
        sender.setDaemon(true);
        sender.start();
      }
      Await.until("hardly anything is left", () -> budget.free() < 2 * SHARE);
      // Each may go over by what one reading of its socket brings.
      Await.settled("what is held", budget::taken, () -> Thread.onSpinWait());
      assertTrue(budget.taken() < bytes + connections * 3L * SHARE, () -> "" + budget.taken());
      try (FrameClient other = new FrameClient(server.port())) {
        other.request(1, false, "POST", "/").data(1, true, "alive");
        assertEquals("5", other.response(1).text());
      }
    } finally {
      for (FrameClient client : clients) {
        client.close();
      }
    }
    readOn.countDown();
    Await.until("nothing counts of connections that are closed", () -> budget.taken() == 0);
  }

  private static void pour(FrameClient client) {
    try {
      byte[] frame = new byte[FRAME];
      for (int i = 0; i < 1 << 8; i++) {
        client.frame(FrameClient.DATA, 0, 1, frame);
      }
    } catch (SocketException | SocketTimeoutException e) {
      // it is closed in the end
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aConnectionThatHeldTooMuchIsReadAgainOnceItsHandlerReads() throws Exception {
    UnreadBudget budget = new UnreadBudget(1 << 19);
    serve(
        Http2Config.builder()
            .unread(budget)
            .settings(new Http2Settings().initialWindowSize(1 << 22))
            .connectionWindowBytes(1 << 22)
            .build());
    try (FrameClient client = new FrameClient(server.port())) {
      client.await(FrameClient.SETTINGS);
      client.await(FrameClient.WINDOW_UPDATE);
      client.request(1, false, "POST", "/later");
      Thread sender =
          new Thread(
              () -> {
                for (int i = 0; i < 40; i++) { // less than the window of the connection
                  try {
                    client.frame(FrameClient.DATA, 0, 1, new byte[12_000]);
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                }
              });
      sender.start();
      Await.until("it is full", () -> budget.taken() >= (1 << 19) * 3 / 4);
      readOn.countDown();
      sender.join();
      client.data(1, true, "end");
      assertEquals("480003", client.response(1).text());
      Await.until("all is given back", () -> budget.taken() == 0);
    }
  }

  @Test
  void streamsThatStallDoNotHoldUpTheirSiblings() throws Exception {
    serve(Http2Config.builder().unread(new UnreadBudget(1L << 30)).build());
    try (FrameClient client = new FrameClient(server.port())) {
      client.await(FrameClient.SETTINGS);
      int sent = 0;
      long window = 65_535;
      for (int stream = 1; stream < 9; stream += 2) {
        client.request(stream, false, "POST", "/later");
      }
      client.request(9, false, "POST", "/");
      FrameClient.Frame first = client.await(FrameClient.WINDOW_UPDATE);
      assertEquals(0, first.stream());
      window += first.number(0);
      for (int stream = 1; stream < 9; stream += 2) {
        for (int i = 0; i < 64; i++, sent += FRAME) {
          client.frame(FrameClient.DATA, 0, stream, new byte[FRAME]);
        }
      }
      assertTrue(sent < window);
      client.data(9, true, "alive");
      assertEquals("5", client.response(9).text());
    }
  }

  /** What is given back must not wait for more than the window holds, whatever has set it. */
  @ParameterizedTest
  @ValueSource(ints = {10, 100, 1000, 9000, 16_384, 20_000, 40_000, 60_000, 65_535})
  void uploadsGoThroughSmallWindows(int window) throws Exception {
    serve(Http2Config.builder().settings(new Http2Settings().initialWindowSize(window)).build());
    assertUploaded(65_535 + 20 * window);
    server.shutdown(Duration.ZERO).await();
    serve(Http2Config.builder().streamWindowBytes(window).build());
    assertUploaded(65_535 + 20 * window);
  }

  private void assertUploaded(int length) throws Exception {
    try (HttpClient client = HttpClient.builder().priorKnowledge(true).build()) {
      HttpRequest post =
          HttpRequest.get("http://localhost:" + server.port() + "/")
              .method("POST")
              .body(new byte[length])
              .build();
      Response response = client.send(post).await(20, java.util.concurrent.TimeUnit.SECONDS);
      assertEquals(
          "" + length, new String(((InputStream) response.body()).readAllBytes(), "US-ASCII"));
    }
  }
}
