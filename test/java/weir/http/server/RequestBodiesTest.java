package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.stream.Stream;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** How request bodies reach the handler, and what becomes of those that do not. */
@OverBothVersions
class RequestBodiesTest {

  @Parameter Protocol protocol;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private RawClient serve(Handler handler) throws IOException {
    server = protocol.server().port(0).eventLoopThreads(1).handler(handler).start();
    return protocol.client(server.port());
  }

  private static String post(int length) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
  }

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

  private static Reply count(InputStream body) throws IOException {
    return Reply.text("" + body.transferTo(OutputStream.nullOutputStream()));
  }

  @Test
  void aRequestWithoutABodyHasNone() throws Exception {
    try (RawClient client = serve(r -> Reply.text("" + r.body()))) {
      assertEquals("null", client.get("/").read().text());
      assertEquals("null", client.send(post(0)).read().text());
    }
  }

  @Test
  void aSmallBodyIsWholeBeforeTheHandlerIsCalled() throws Exception {
    try (RawClient client =
        serve(r -> Reply.text(r.body() instanceof ByteArrayInputStream ? "whole" : ""))) {
      client.send(post(4)).send("ab").send("cd");
      assertEquals("whole", client.read().text());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16 * 1024, 16 * 1024 + 1, 5_000_000})
  void aBodyOfAnySizeComesBackAsItWas(int size) throws Exception {
    byte[] body = new byte[size];
    for (int i = 0; i < size; i++) {
      body[i] = (byte) (i >> 5);
    }
    try (RawClient client = serve(r -> Reply.of(200).body(r.body()))) {
      for (int i = 0; i < 2; i++) {
        Thread sender = inBackground(() -> client.send(post(size)).send(body));
        assertArrayEquals(body, client.read().body());
        sender.join();
      }
    }
  }

  @Test
  void aBodyIsReadEvenIfNoSecondRequestMayWait() throws Exception {
    server =
        protocol
            .server()
            .port(0)
            .maxPipelined(1)
            .handler(r -> count((InputStream) r.body()))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      byte[] body = new byte[1_000_000];
      for (int i = 0; i < 3; i++) {
        client.send(post(body.length)).send(body);
      }
      for (int i = 0; i < 3; i++) {
        assertEquals("" + body.length, client.read().text());
      }
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static Thread inBackground(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // the connection was closed on purpose, or the reader's assertion tells
              }
            });
    thread.start();
    return thread;
  }

  @Test
  void chunksAreReadAsTheyCome() throws Exception {
    try (RawClient client =
        serve(
            r -> {
              InputStream in = (InputStream) r.body();
              byte[] first = in.readNBytes(3);
              byte[] second = in.readNBytes(3);
              assertEquals(-1, in.read());
              assertEquals(-1, in.read());
              return Reply.text(new String(first) + "-" + new String(second));
            })) {
      client.send(CHUNKED).send("3\r\nabc\r\n").send("3\r\ndef\r\n0\r\n\r\n");
      assertEquals("abc-def", client.read().text());
      client.send(CHUNKED).send("6\r\nghijkl\r\n0\r\nTrailer: x\r\n\r\n");
      assertEquals("ghi-jkl", client.read().text());
    }
  }

  @Test
  void aHandlerThatDoesNotReadStopsTheSender() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    int size = 96 * 1024 * 1024; // a window of HTTP/2 begins with 32
    try (RawClient client =
        serve(
            r -> {
              read.await();
              return count((InputStream) r.body());
            })) {
      AtomicLong sent = new AtomicLong();
      Thread sender =
          inBackground(
              () -> {
                client.send(post(size));
                byte[] piece = new byte[64 * 1024];
                for (int i = 0; i < size / piece.length; i++) {
                  client.send(piece);
                  sent.addAndGet(piece.length);
                }
              });
      long seen = -1;
      while (sent.get() != seen) { // until nothing moves any more
        seen = sent.get();
        sender.join(300);
      }
      assertTrue(seen < size / 2, "the sender got rid of " + seen + " bytes that nobody read");
      read.countDown();
      assertEquals("" + size, client.read().text());
      sender.join();
    }
  }

  @Test
  void anUnreadBodyIsDroppedAndTheConnectionServesTheNextRequest() throws Exception {
    try (RawClient client = serve(r -> Reply.text("unread"))) {
      byte[] body = new byte[200_000];
      client.send(post(body.length));
      assertEquals("unread", client.read().text());
      client.send(body).get("/next");
      assertEquals("unread", client.read().text());
    }
  }

  @Test
  void anUnreadBodyWithoutEndCostsTheConnection() throws Exception {
    try (RawClient client = serve(r -> Reply.text("unread"))) {
      client.send(CHUNKED);
      assertEquals("unread", client.read().text());
      Thread sender =
          inBackground(
              () -> {
                String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
                for (int i = 0; i < 10_000; i++) {
                  client.send(chunk);
                }
              });
      assertTrue(client.atEnd());
      sender.join();
    }
  }

  @Test
  void anUploadThatIsCutFailsInTheReader() throws Exception {
    CompletableFuture<Object> outcome = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    try (RawClient client =
        serve(
            r -> {
              asked.countDown();
              try {
                outcome.complete(count((InputStream) r.body()));
              } catch (IOException e) {
                outcome.complete(e);
              }
              return null;
            })) {
      client.send(CHUNKED).send("5\r\nabcde\r\n");
      assertTrue(asked.await(20, TimeUnit.SECONDS));
    }
    assertEquals(IOException.class, outcome.get(20, TimeUnit.SECONDS).getClass());
  }

  @Test
  void expectContinueIsAnsweredBeforeTheBodyComes() throws Exception {
    try (RawClient client =
        serve(
            r ->
                Reply.text(
                    r.headers().get("expect") + " " + count((InputStream) r.body()).body()))) {
      String head = post(3).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
      client.send(head);
      assertEquals(100, client.read().status());
      client.send("abc");
      assertEquals("null 3", client.read().text());
    }
  }

  @Test
  void expectContinueOfAPipelinedRequestWaitsForTheResponseBeforeIt() throws Exception {
    Deferred<Reply> first = Deferred.create(null);
    server =
        protocol
            .server()
            .port(0)
            .eventLoopThreads(1)
            .asyncHandler(
                r -> r.path().equals("/first") ? first : Deferred.of(Reply.text("second")))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.get("/first");
      client.send(post(3).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
      first.complete(Reply.text("first"));
      assertEquals("first", client.read().text());
      assertEquals(100, client.read().status());
      client.send("abc");
      assertEquals("second", client.read().text());
    }
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeTheHandlerRuns() throws Exception {
    server =
        protocol
            .server()
            .port(0)
            .maxRequestBodyBytes(10)
            .handler(r -> count((InputStream) r.body()))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      assertEquals("10", client.send(post(10)).send("0123456789").read().text());
      RawClient.Response response = client.send(post(11)).send("0123456789a").read();
      assertEquals(413, response.status());
      client.assertLast(response);
    }
    try (RawClient client = protocol.client(server.port())) {
      assertEquals("2", client.send(CHUNKED).send("2\r\nab\r\n0\r\n\r\n").read().text());
      assertEquals(413, client.send(CHUNKED).send("b\r\n0123456789a\r\n").read().status());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void rawBodiesAreStreamsOfBuffersWhichTheHandlerReleases() throws Exception {
    server = protocol.server().port(0).rawStream(true).asyncHandler(r -> collect(r.body())).start();
    try (RawClient client = protocol.client(server.port())) {
      assertEquals("", client.get("/").read().text());
      assertEquals("abc", client.send(post(3)).send("abc").read().text());
      assertEquals("de", client.send(CHUNKED).send("2\r\nde\r\n0\r\n\r\n").read().text());
    }
  }

  @SuppressWarnings("unchecked") // raw bodies are streams of buffers
  private static CompletableFuture<Reply> collect(Object body) {
    Stream<ByteBuf> stream = (Stream<ByteBuf>) body;
    StringBuilder text = new StringBuilder();
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    collect(stream, text, reply);
    return reply;
  }

  private static void collect(
      Stream<ByteBuf> stream, StringBuilder text, CompletableFuture<Reply> reply) {
    stream
        .take()
        .thenAccept(
            piece -> {
              if (piece == null) {
                reply.complete(Reply.text(text.toString()));
              } else {
                text.append(piece.toString(StandardCharsets.UTF_8));
                piece.release();
                collect(stream, text, reply);
              }
            });
  }

  /** The gate is closed and opened thousands of times by two threads: one lost wake-up stalls it. */
  @Test
  void uploadsThroughATinyBufferNeverStall() throws Exception {
    server =
        protocol
            .server()
            .port(0)
            .eventLoopThreads(1)
            .requestBufferBytes(512)
            .handler(r -> count((InputStream) r.body()))
            .start();
    StringBuilder body = new StringBuilder(CHUNKED);
    for (int i = 0; i < 400; i++) {
      int size = 1 + i * 37 % 300;
      body.append(Integer.toHexString(size)).append("\r\n").append("x".repeat(size)).append("\r\n");
    }
    byte[] upload = body.append("0\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    int expected = 0;
    for (int i = 0; i < 400; i++) {
      expected += 1 + i * 37 % 300;
    }
    try (RawClient client = protocol.client(server.port())) {
      for (int i = 0; i < 200; i++) {
        assertEquals("" + expected, client.send(upload).read().text());
      }
    }
  }

  /** aleph #693: the leak check of the whole run proves the point. */
  @Test
  void rawBodiesThatNobodyTakesAreReleased() throws Exception {
    server = protocol.server().port(0).rawStream(true).handler(r -> Reply.text("no")).start();
    for (int i = 0; i < 20; i++) {
      try (RawClient client = protocol.client(server.port())) {
        assertEquals("no", client.send(post(50_000)).send(new byte[50_000]).read().text());
      }
    }
    try (RawClient client = protocol.client(server.port())) {
      client.send(post(50_000)).send(new byte[20_000]);
      assertEquals("no", client.read().text());
    }
  }
}
