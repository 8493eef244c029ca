package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.stream.SplicedStream;
import weir.testing.Await;
import weir.testing.RawClient;

/** Connections that a handler takes. */
class HijackTest {

  private static final String CONNECT =
      "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n";
  private static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo, other\r\n\r\n";

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  /** Sends back what comes until there is nothing more. */
  private static void echo(SplicedStream stream) {
    try {
      for (Object bytes; (bytes = take(stream, null).await()) != null; ) {
        put(stream, bytes).await();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    stream.close();
  }

  @SuppressWarnings("unchecked") // the engine's own streams answer with its own deferreds
  private static Deferred<Object> take(SplicedStream stream, Object end) {
    return (Deferred<Object>) stream.take(end, false);
  }

  @SuppressWarnings("unchecked")
  private static Deferred<Object> put(SplicedStream stream, Object message) {
    return (Deferred<Object>) stream.put(message, false);
  }

  private static Handler echoing(Map<?, ?> headers) {
    return r -> {
      r.hijack(headers).thenAcceptAsync(HijackTest::echo);
      return Reply.text("dropped");
    };
  }

  @ParameterizedTest
  @EnumSource(HandlerThreadsTest.Where.class)
  void connectIs200AndThenBytesGoBothWays(HandlerThreadsTest.Where where) throws Exception {
    server =
        where
            .builder(weir.testing.Protocol.HTTP_1_1)
            .handler(echoing(Map.of("x", "y", "content-length", "7")))
            .start();
    try (RawClient client = new RawClient(server.port())) {
      client.send(CONNECT + "early "); // with the handshake, and not lost
      assertEquals("HTTP/1.1 200 OK\r\nX: y\r\n", client.readHead());
      client.send("GET / HTTP/1.1\r\n\r\n");
      assertEquals("early GET / HTTP/1.1\r\n\r\n", client.readText(24));
    }
  }

  @Test
  void anUpgradeIs101AndNamesTheProtocol() throws Exception {
    server = HttpServer.builder().port(0).handler(echoing(null)).start();
    try (RawClient client = new RawClient(server.port())) {
      assertEquals(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n",
          client.send(UPGRADE).readHead());
      assertEquals("abc", client.send("abc").readText(3));
    }
    server.shutdown(Duration.ZERO).await();
    server = HttpServer.builder().port(0).handler(echoing(Map.of("upgrade", "other"))).start();
    try (RawClient client = new RawClient(server.port())) {
      assertTrue(client.send(UPGRADE).readHead().contains("\r\nUpgrade: other\r\n"));
    }
  }

  @Test
  void responsesBeforeItAreSentFirst() throws Exception {
    Deferred<Reply> first = Deferred.create(null);
    server =
        HttpServer.builder()
            .port(0)
            .asyncHandler(
                r -> {
                  if (r.path().equals("/1")) {
                    return first;
                  }
                  r.hijack(null).thenAcceptAsync(HijackTest::echo);
                  return null;
                })
            .start();
    try (RawClient client = new RawClient(server.port()).get("/1")) {
      client.send(CONNECT + "abc");
      first.complete(Reply.text("first"));
      assertEquals("first", client.read().text());
      assertTrue(client.readHead().startsWith("HTTP/1.1 200"));
      assertEquals("abc", client.readText(3));
    }
  }

  @Test
  void closingTheStreamClosesTheConnectionBehindWhatWasPut() throws Exception {
    server =
        HttpServer.builder()
            .port(0)
            .handler(
                r -> {
                  r.hijack(null)
                      .thenAccept(
                          s -> {
                            put(s, "bye");
                            s.close();
                          });
                  return null;
                })
            .start();
    try (RawClient client = new RawClient(server.port()).send(CONNECT)) {
      client.readHead();
      assertEquals("bye", client.readText(3));
      assertTrue(client.atEnd());
    }
  }

  @Test
  void theStreamEndsWithTheConnection() throws Exception {
    CompletableFuture<SplicedStream> stream = new CompletableFuture<>();
    server =
        HttpServer.builder()
            .port(0)
            .handler(
                r -> {
                  r.hijack(null).thenAccept(stream::complete);
                  return null;
                })
            .start();
    try (RawClient client = new RawClient(server.port()).send(CONNECT)) {
      client.readHead();
    }
    SplicedStream taken = stream.get(20, TimeUnit.SECONDS);
    assertEquals("end", take(taken, "end").await(20, TimeUnit.SECONDS));
    Await.until(
        "the stream is closed", () -> Boolean.FALSE.equals(put(taken, "x").successValue(0)));
  }

  @Test
  void rawStreamsHaveBuffers() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    server =
        HttpServer.builder()
            .port(0)
            .rawStream(true)
            .handler(
                r -> {
                  r.hijack(null)
                      .thenCompose(s -> take(s, null))
                      .thenAccept(
                          bytes -> {
                            ByteBuf buffer = (ByteBuf) bytes;
                            seen.complete(buffer.toString(StandardCharsets.US_ASCII));
                            buffer.release();
                          });
                  return null;
                })
            .start();
    try (RawClient client = new RawClient(server.port()).send(CONNECT + "abc")) {
      assertEquals("abc", seen.get(20, TimeUnit.SECONDS));
      client.readHead();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nUpgrade: echo\r\nConnection: keep-alive\r\n\r\n"
      })
  void otherRequestsCannotBeHijacked(String request) throws Exception {
    server =
        HttpServer.builder()
            .port(0)
            .handler(
                r -> {
                  assertThrows(IllegalArgumentException.class, () -> r.hijack(null));
                  return Reply.text("http");
                })
            .start();
    try (RawClient client = new RawClient(server.port())) {
      assertEquals("http", client.send(request).read().text());
      assertEquals("http", client.send(request).read().text());
    }
  }

  @Test
  void aConnectionIsHijackedOnce() throws Exception {
    server =
        HttpServer.builder()
            .port(0)
            .handler(
                r -> {
                  r.hijack(null).thenAcceptAsync(HijackTest::echo);
                  assertThrows(IllegalStateException.class, () -> r.hijack(null));
                  return null;
                })
            .start();
    try (RawClient client = new RawClient(server.port()).send(CONNECT)) {
      client.readHead();
      assertEquals("abc", client.send("abc").readText(3));
    }
  }
}
