package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.RawClient;

/** Chunks of HTTP/1.1 that are malformed, while a body is read, dropped or not yet wanted. */
class ChunksTest {

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String MALFORMED = "zz\r\n";

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private RawClient serve(HttpServer.Builder builder, Handler handler) throws IOException {
    server = builder.port(0).eventLoopThreads(1).handler(handler).start();
    return new RawClient(server.port());
  }

  private RawClient serve(Handler handler) throws IOException {
    return serve(HttpServer.builder(), handler);
  }

  private static Reply count(InputStream body) throws IOException {
    return Reply.text("" + body.transferTo(OutputStream.nullOutputStream()));
  }

  @Test
  void theReaderFailsAndTheConnectionEnds() throws Exception {
    try (RawClient client = serve(r -> count((InputStream) r.body()))) {
      RawClient.Response response = client.send(CHUNKED).send(MALFORMED).read();
      assertEquals(400, response.status());
      client.assertLast(response);
    }
  }

  @Test
  void trailersFailWithTheBody() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (RawClient client =
        serve(
            r -> {
              try {
                r.trailers().await(20, TimeUnit.SECONDS);
              } catch (Exception e) {
                failure.complete(e);
              }
              return Reply.text("x");
            })) {
      client.send(CHUNKED).send(MALFORMED);
      assertEquals("x", client.read().text()); // the handler has answered all the same
      assertTrue(client.atEnd());
      assertEquals(IOException.class, failure.get(20, TimeUnit.SECONDS).getClass());
    }
  }

  @Test
  void anExtensionOverTheLimitOfLinesIsRefused() throws Exception {
    try (RawClient client = serve(r -> count((InputStream) r.body()))) {
      client.send(CHUNKED).send("1;a=b\r\na\r\n0\r\n\r\n");
      assertEquals("1", client.read().text());
      client.send(CHUNKED).send("1;a=" + "y".repeat(9000) + "\r\na\r\n0\r\n\r\n");
      assertEquals(400, client.read().status());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void whileNothingIsDecidedAboutTheExpectationItIs400() throws Exception {
    Deferred<Object> decision = Deferred.create(null);
    AtomicInteger handled = new AtomicInteger();
    try (RawClient client =
        serve(
            HttpServer.builder().continueHandler(r -> decision),
            r -> Reply.text("" + handled.incrementAndGet()))) {
      client.send(CHUNKED.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
      assertEquals(400, client.send(MALFORMED).read().status());
      assertTrue(client.atEnd());
      decision.success(true);
      assertEquals(0, handled.get());
    }
  }

  @Test
  void theRestOfAnUnreadBodyEndsTheConnection() throws Exception {
    try (RawClient client = serve(r -> Reply.text(r.path()))) {
      client.send(CHUNKED + "1\r\na\r\n");
      assertEquals("/", client.read().text());
      client.send(MALFORMED);
      assertTrue(client.atEnd());
    }
  }
}
