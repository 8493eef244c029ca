package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.deferred.Deferred;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.stream.SplicedStream;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Connections that a handler takes. */
@OverBothVersions
class HijackTest {

  @Parameter Protocol protocol;

  private static final String CONNECT =
      "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n";

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

  static Handler echoing(Map<?, ?> headers) {
    return r -> {
      r.hijack(headers).thenAcceptAsync(HijackTest::echo);
      return Reply.text("dropped");
    };
  }

  @ParameterizedTest
  @EnumSource(HandlerThreadsTest.Where.class)
  void connectIs200AndThenBytesGoBothWays(HandlerThreadsTest.Where where) throws Exception {
    server =
        where.builder(protocol).handler(echoing(Map.of("x", "y", "content-length", "7"))).start();
    try (RawClient client = protocol.client(server.port())) {
      client.send(CONNECT + "early "); // with the handshake, and not lost
      String head = client.readHead();
      assertTrue(head.contains(" 200"), head);
      assertEquals("y", RawClient.Response.header(head, "x"));
      assertNull(RawClient.Response.header(head, "content-length"));
      client.send("GET / HTTP/1.1\r\n\r\n");
      assertEquals("early GET / HTTP/1.1\r\n\r\n", client.readText(24));
    }
  }

  @Test
  void responsesBeforeItAreSentFirst() throws Exception {
    Deferred<Reply> first = Deferred.create(null);
    server =
        protocol
            .server()
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
    try (RawClient client = protocol.client(server.port()).get("/1")) {
      client.send(CONNECT + "abc");
      first.complete(Reply.text("first"));
      assertEquals("first", client.read().text());
      assertTrue(client.readHead().contains(" 200"));
      assertEquals("abc", client.readText(3));
    }
  }

  @Test
  void closingTheStreamClosesTheConnectionBehindWhatWasPut() throws Exception {
    server =
        protocol
            .server()
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
    try (RawClient client = protocol.client(server.port()).send(CONNECT)) {
      client.readHead();
      assertEquals("bye", client.readText(3));
      assertTrue(client.atEnd());
    }
  }

  @Test
  void theStreamEndsWithTheConnection() throws Exception {
    CompletableFuture<SplicedStream> stream = new CompletableFuture<>();
    server =
        protocol
            .server()
            .port(0)
            .handler(
                r -> {
                  r.hijack(null).thenAccept(stream::complete);
                  return null;
                })
            .start();
    try (RawClient client = protocol.client(server.port()).send(CONNECT)) {
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
        protocol
            .server()
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
    try (RawClient client = protocol.client(server.port()).send(CONNECT + "abc")) {
      assertEquals("abc", seen.get(20, TimeUnit.SECONDS));
      client.readHead();
    }
  }

  @Test
  void aConnectionIsHijackedOnce() throws Exception {
    server =
        protocol
            .server()
            .port(0)
            .handler(
                r -> {
                  r.hijack(null).thenAcceptAsync(HijackTest::echo);
                  assertThrows(IllegalStateException.class, () -> r.hijack(null));
                  return null;
                })
            .start();
    try (RawClient client = protocol.client(server.port()).send(CONNECT)) {
      client.readHead();
      assertEquals("abc", client.send("abc").readText(3));
    }
  }
}
