package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.RawClient;

/** Headers of HTTP/1.1 that come too slowly; see Http2FloodTest for those of HTTP/2. */
class SlowHeadersTest {

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private static HttpServer.Builder builder() {
    return HttpServer.builder()
        .port(0)
        .eventLoopThreads(1)
        .keepAliveTimeout(Duration.ZERO)
        .headerTimeout(Duration.ofMillis(50))
        .handler(r -> Reply.text(r.path()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "G",
        "GET / HT",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y"
      })
  void aHeaderThatIsNotCompleteInTimeIs408(String begin) throws Exception {
    server = builder().start();
    try (RawClient client = new RawClient(server.port())) {
      assertEquals("/first", client.get("/first").read().text());
      client.send(begin);
      assertSlow(client);
    }
  }

  @Test
  void aHeaderThatDripsIsCutAllTheSame() throws Exception {
    server = builder().start();
    try (RawClient client = new RawClient(server.port());
        RawClient other = new RawClient(server.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
      CompletableFuture<Void> dripping = Dripping.untilCut(client, other);
      assertEquals(408, client.read().status());
      client.socket().close();
      dripping.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSlowHeaderBehindARequestThatRunsIs408AfterItsResponse() throws Exception {
    Deferred<Reply> reply = Deferred.create(null);
    server = builder().asyncHandler(r -> reply).start();
    try (RawClient client = new RawClient(server.port());
        RawClient other = new RawClient(server.port())) {
      client.get("/").send("GET ");
      other.send("GET ");
      assertSlow(other);
      reply.complete(Reply.text("first"));
      assertEquals("first", client.read().text());
      assertSlow(client);
    }
  }

  private static void assertSlow(RawClient client) throws IOException {
    RawClient.Response response = client.read();
    assertEquals(408, response.status(), response.head());
    client.assertLast(response);
  }
}
