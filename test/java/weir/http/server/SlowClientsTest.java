package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;
import weir.stream.Stream;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Clients that are too slow, one after the other at each thing that the server waits for. */
@OverBothVersions
class SlowClientsTest {

  @Parameter Protocol protocol;

  private static final Duration SHORT = Duration.ofMillis(50);
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  /** Each timeout is off, so that a test sees the one that it sets. */
  private HttpServer.Builder builder() {
    return protocol
        .server()
        .port(0)
        .eventLoopThreads(1)
        .keepAliveTimeout(Duration.ZERO)
        .headerTimeout(Duration.ZERO)
        .bodyTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .handler(r -> Reply.text(r.path()));
  }

  @Test
  void aConnectionWithoutARequestIsClosed() throws Exception {
    server = builder().keepAliveTimeout(SHORT).start();
    try (RawClient client = protocol.client(server.port())) {
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aConnectionThatIsKeptAliveIsClosedWithoutAWord() throws Exception {
    server = builder().keepAliveTimeout(SHORT).start();
    try (RawClient client = protocol.client(server.port())) {
      assertEquals("/x", client.get("/x").read().text());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aConnectionWhoseHandlerWorksIsNotIdle() throws Exception {
    Deferred<Reply> reply = Deferred.create(null);
    CountDownLatch called = new CountDownLatch(1);
    server =
        builder()
            .keepAliveTimeout(SHORT)
            .asyncHandler(
                r -> {
                  called.countDown();
                  return reply;
                })
            .start();
    try (RawClient busy = protocol.client(server.port()).get("/");
        RawClient idle = protocol.client(server.port())) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      try (RawClient later = protocol.client(server.port())) {
        assertTrue(idle.atEnd());
        assertTrue(later.atEnd()); // it began after the busy one, and its time is over
      }
      reply.complete(Reply.text("done"));
      assertEquals("done", busy.read().text());
    }
  }

  @Test
  void aGatheredBodyThatDoesNotComeIs408() throws Exception {
    server = builder().bodyTimeout(SHORT).start();
    try (RawClient client = protocol.client(server.port())) {
      client.send(POST + "3\r\n\r\nab");
      assertSlow(client);
    }
  }

  @Test
  void aStreamedBodyThatDoesNotComeFailsInTheReaderAndIs408() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    server =
        builder()
            .bodyTimeout(SHORT)
            .handler(
                r -> {
                  try {
                    ((InputStream) r.body()).transferTo(OutputStream.nullOutputStream());
                    return Reply.text("read");
                  } catch (IOException e) {
                    failure.complete(e);
                    throw e;
                  }
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.send(POST + "1000000\r\n\r\nab");
      assertSlow(client);
      assertEquals(IOException.class, failure.get(20, TimeUnit.SECONDS).getClass());
    }
  }

  @Test
  void anUnreadBodyThatDoesNotEndIsNotWaitedForAfterTheResponse() throws Exception {
    server = builder().bodyTimeout(SHORT).start();
    try (RawClient client = protocol.client(server.port())) {
      client.send(POST + "1000000\r\n\r\nab");
      assertEquals("/", client.read().text());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void timeInWhichTheHandlerDoesNotReadIsNotTheClients() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    server =
        builder()
            .bodyTimeout(SHORT)
            .requestBufferBytes(1024)
            .handler(
                r -> {
                  if (r.path().equals("/late")) {
                    read.await();
                  }
                  return Reply.text(
                      "" + ((InputStream) r.body()).transferTo(OutputStream.nullOutputStream()));
                })
            .start();
    byte[] body = new byte[100_000];
    try (RawClient late = protocol.client(server.port());
        RawClient slow = protocol.client(server.port())) {
      late.send("POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n").send(body);
      slow.send(POST + "100000\r\n\r\nab");
      assertSlow(slow);
      try (RawClient slower = protocol.client(server.port())) {
        assertSlow(slower.send(POST + "100000\r\n\r\nab"));
      }
      read.countDown();
      assertEquals("100000", late.read().text());
    }
  }

  /** A body whose bytes come steadily, each well within the timeout, but slowly. */
  @Test
  void aBodyThatIsDribbledIsRefused() throws Exception {
    server =
        builder()
            .bodyTimeout(Duration.ofMillis(200))
            .minBodyRate(10_000_000)
            .handler(SlowClientsTest::lengthOrPath)
            .start();
    try (RawClient quick = protocol.client(server.port());
        RawClient other = protocol.client(server.port());
        RawClient slow = protocol.client(server.port())) {
      slow.send(POST + "100000000\r\n\r\n");
      CompletableFuture<Void> dribbling = Dripping.untilCut(slow, other);
      assertSlow(slow);
      slow.socket().close();
      dribbling.get(20, TimeUnit.SECONDS);
      assertEquals("3", quick.send(POST + "3\r\n\r\nabc").read().text());
    }
  }

  @Test
  void aBodyThatIsFastEnoughMayTakeLongerThanTheTimeout() throws Exception {
    server =
        builder()
            .bodyTimeout(Duration.ofMillis(200))
            .minBodyRate(1000)
            .handler(SlowClientsTest::lengthOrPath)
            .start();
    try (RawClient client = protocol.client(server.port());
        RawClient other = protocol.client(server.port());
        RawClient silent = protocol.client(server.port())) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      silent.send(POST + "1\r\n\r\n");
      CompletableFuture<Void> cut = CompletableFuture.runAsync(() -> assertCut(silent));
      String piece = "a".repeat(0x1000);
      int length = 0;
      for (; !cut.isDone(); length += 0x1000) { // which began later, and its time is over
        client.send("1000\r\n" + piece + "\r\n");
        assertEquals("/", Dripping.ask(other));
      }
      cut.get();
      assertEquals("" + length, client.send("0\r\n\r\n").read().text());
    }
  }

  private static Reply lengthOrPath(Request request) throws IOException {
    return request.body() == null
        ? Reply.text(request.path())
        : Reply.text("" + ((InputStream) request.body()).readAllBytes().length);
  }

  private static void assertCut(RawClient client) {
    try {
      assertSlow(client);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aClientThatReadsNothingIsCutAndTheBodysStreamIsClosed() throws Exception {
    Stream<Object> body = Stream.create();
    server = builder().writeTimeout(SHORT).handler(r -> Reply.of(200).body(body)).start();
    try (RawClient client = protocol.client(server.port())) {
      client.get("/");
      byte[] piece = new byte[256 * 1024];
      CompletableFuture<Boolean> closed = new CompletableFuture<>();
      pump(body, piece, closed);
      assertFalse(closed.get(20, TimeUnit.SECONDS));
    }
  }

  private static void pump(Stream<Object> body, byte[] piece, CompletableFuture<Boolean> closed) {
    new Thread(
            () -> {
              try {
                boolean taken = true;
                while (taken) {
                  taken = body.put(piece).await();
                }
                closed.complete(taken);
              } catch (InterruptedException e) {
                closed.completeExceptionally(e);
              }
            })
        .start();
  }

  private static void assertSlow(RawClient client) throws IOException {
    RawClient.Response response = client.read();
    assertEquals(408, response.status(), response.head());
    client.assertLast(response);
  }
}
