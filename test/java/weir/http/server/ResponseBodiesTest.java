package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.stream.Stream;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** How bodies of each type are framed and sent, and that sources are let go of in every outcome. */
@OverBothVersions
class ResponseBodiesTest {

  @Parameter Protocol protocol;

  private static final byte[] LARGE = new byte[3_000_000];

  static {
    for (int i = 0; i < LARGE.length; i++) {
      LARGE[i] = (byte) (i * 31 >> 3);
    }
  }

  @TempDir Path dir;
  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdown(Duration.ZERO).await();
    }
  }

  private RawClient serve(Supplier<Reply> reply) throws IOException {
    server = protocol.server().port(0).eventLoopThreads(1).handler(r -> reply.get()).start();
    return protocol.client(server.port());
  }

  private RawClient serveBody(Supplier<Object> body) throws IOException {
    return serve(() -> Reply.of(200).body(body.get()));
  }

  /** An input stream that counts its closings. */
  private static InputStream closing(byte[] bytes, AtomicInteger closed) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public void close() {
        closed.incrementAndGet();
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"string", "bytes", "buffer", "netty", "array-stream", "file", "path"})
  void aBodyOfKnownLengthHasAContentLength(String kind) throws Exception {
    byte[] expected = "grüße".getBytes(StandardCharsets.UTF_8);
    Path file = Files.write(dir.resolve("body.txt"), expected);
    Supplier<Object> body =
        () ->
            switch (kind) {
              case "string" -> "grüße";
              case "bytes" -> expected.clone();
              case "buffer" -> ByteBuffer.wrap(expected);
              case "netty" -> Unpooled.wrappedBuffer(expected);
              case "array-stream" -> new ByteArrayInputStream(expected);
              case "file" -> file.toFile();
              default -> file;
            };
    try (RawClient client = serveBody(body)) {
      for (int i = 0; i < 2; i++) {
        RawClient.Response response = client.get("/").read();
        assertEquals("" + expected.length, response.header("content-length"));
        assertNull(response.header("transfer-encoding"));
        assertArrayEquals(expected, response.body());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "buffer", "netty", "file"})
  void aLargeBodyArrivesWhole(String kind) throws Exception {
    Path file = Files.write(dir.resolve("large"), LARGE);
    Supplier<Object> body =
        () ->
            switch (kind) {
              case "bytes" -> LARGE;
              case "buffer" -> ByteBuffer.wrap(LARGE);
              case "netty" -> Unpooled.wrappedBuffer(LARGE);
              default -> file.toFile();
            };
    try (RawClient client = serveBody(body)) {
      assertArrayEquals(LARGE, client.get("/").read().body());
      assertArrayEquals(LARGE, client.get("/").read().body());
    }
  }

  @Test
  void anInputStreamIsChunkedAndClosedOnce() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    try (RawClient client = serveBody(() -> closing(LARGE, closed))) {
      RawClient.Response response = client.get("/").read();
      client.assertStreamed(response.head());
      assertArrayEquals(LARGE, response.body());
      Await.until("the stream is closed", () -> closed.get() == 1);
      assertEquals(200, client.get("/").read().status());
    }
  }

  @Test
  void theElementsOfASequenceFollowEachOther() throws Exception {
    List<Object> elements =
        Arrays.asList("a", "b".getBytes(StandardCharsets.UTF_8), 1, null, ByteBuffer.wrap(LARGE));
    try (RawClient client = serveBody(() -> elements)) {
      RawClient.Response response = client.get("/").read();
      client.assertStreamed(response.head());
      assertEquals(3 + LARGE.length, response.body().length);
      assertEquals("ab1", response.text().substring(0, 3));
    }
  }

  @Test
  void eachMessageOfAStreamIsOneChunk() throws Exception {
    Stream<Object> stream = Stream.create();
    try (RawClient client = serveBody(() -> stream)) {
      client.get("/");
      client.assertStreamed(client.readHead());
      for (String message : List.of("one", "two", "three")) {
        Deferred<Boolean> put = stream.put(message);
        assertEquals(message, new String(client.readChunk(), StandardCharsets.UTF_8));
        assertEquals(Boolean.TRUE, put.await(20, TimeUnit.SECONDS));
      }
      stream.close();
      assertNull(client.readChunk());
      assertEquals(Boolean.TRUE, stream.isDrained());
    }
  }

  @Test
  void aPeerThatDoesNotReadStopsThePuts() throws Exception {
    Stream<Object> stream = Stream.create();
    try (RawClient client = serveBody(() -> stream)) {
      client.get("/");
      Deferred<Boolean> put = stream.put(LARGE);
      int accepted = 0;
      while (accepted < 100 && Boolean.TRUE.equals(put.deref(500, null))) {
        accepted++;
        put = stream.put(LARGE);
      }
      assertFalse(put.realized(), "a stalled connection took " + accepted + " messages of 3 MB");
      long total = 0;
      while (!put.realized()) {
        if (total == 0) {
          client.readHead();
        }
        total += client.readChunk().length;
      }
      assertTrue(total > 0);
      stream.close();
    }
  }

  @Test
  void aClientThatGoesAwayClosesTheStreamWhileNothingIsWritten() throws Exception {
    Stream<Object> stream = Stream.create();
    CountDownLatch closed = new CountDownLatch(1);
    stream.onClosed(closed::countDown);
    try (RawClient client = serveBody(() -> stream)) {
      client.get("/").readHead();
    }
    assertTrue(closed.await(20, TimeUnit.SECONDS), "the body was not closed");
    assertEquals(Boolean.FALSE, stream.put("late").await(20, TimeUnit.SECONDS));
  }

  /** aleph #535: the reading thread closes the stream, not the event loop under it. */
  @Test
  void aClientThatGoesAwayStopsAndClosesABlockedInputStreamOnItsReadersThread() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    Thread[] threads = new Thread[2];
    InputStream blocked =
        new InputStream() {
          @Override
          public int read() throws IOException {
            return -1;
          }

          @Override
          public int read(byte[] b, int off, int len) throws IOException {
            threads[0] = Thread.currentThread();
            try {
              new CountDownLatch(1).await();
              return -1;
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }

          @Override
          public void close() {
            threads[1] = Thread.currentThread();
            closed.countDown();
          }
        };
    try (RawClient client = serveBody(() -> blocked)) {
      client.get("/").readHead();
      Await.until("the stream is being read", () -> threads[0] != null);
    }
    assertTrue(closed.await(20, TimeUnit.SECONDS), "the stream was not closed");
    assertEquals(threads[0], threads[1]);
  }

  @Test
  void aStreamThatFailsCutsTheConnectionSoThatTheClientCanTell() throws Exception {
    Stream<Object> stream = Stream.create();
    try (RawClient client = serveBody(() -> stream)) {
      client.get("/").readHead();
      stream.put("part");
      assertEquals("part", new String(client.readChunk(), StandardCharsets.UTF_8));
      stream.put(new Object()); // nothing that has bytes
      assertTrue(client.atEnd());
    }
  }

  @Test
  void anInputStreamThatFailsCutsTheConnectionAndIsClosed() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    Supplier<Object> failing =
        () ->
            new FilterInputStream(closing(LARGE, closed)) {
              private int reads;

              @Override
              public int read(byte[] b, int off, int len) throws IOException {
                if (++reads > 3) {
                  throw new IOException("wanted by the test");
                }
                return super.read(b, off, len);
              }
            };
    try (RawClient client = serveBody(failing)) {
      client.get("/");
      assertThrows(EOFException.class, client::read);
      Await.until("the stream is closed", () -> closed.get() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"string", "file", "stream"})
  void headGetsTheHeadThatGetWouldGetAndNoBody(String kind) throws Exception {
    Path file = Files.writeString(dir.resolve("f"), "12345");
    AtomicInteger closed = new AtomicInteger();
    Supplier<Object> body =
        () ->
            switch (kind) {
              case "string" -> "12345";
              case "file" -> file;
              default -> closing(LARGE, closed);
            };
    try (RawClient client = serveBody(body)) {
      client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
      RawClient.Response response = client.read(true);
      assertEquals(kind.equals("stream") ? null : "5", response.header("content-length"));
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals(kind.equals("stream") ? LARGE.length : 5, client.read().body().length);
      Await.until("all closed", () -> closed.get() == (kind.equals("stream") ? 2 : 0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void aStatusWithoutABodyIsSentWithoutOneAndTheSourceIsClosed(int status) throws Exception {
    AtomicInteger closed = new AtomicInteger();
    try (RawClient client = serve(() -> Reply.of(status).body(closing(LARGE, closed)))) {
      for (int i = 1; i <= 2; i++) {
        RawClient.Response response = client.get("/").read();
        assertEquals(status, response.status());
        assertNull(response.header("content-length"));
        assertNull(response.header("transfer-encoding"));
        assertEquals(i, closed.get());
      }
    }
  }

  @Test
  void a205SaysThatItHasNoContent() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    try (RawClient client = serve(() -> Reply.of(205).body(closing(LARGE, closed)))) {
      for (int i = 1; i <= 2; i++) {
        RawClient.Response response = client.get("/").read();
        assertEquals(205, response.status());
        assertEquals("0", response.header("content-length"));
        assertNull(response.header("transfer-encoding"));
        assertEquals(i, closed.get());
      }
    }
  }

  @Test
  void aStreamShorterThanItsContentLengthCutsTheConnection() throws Exception {
    Stream<Object> stream = Stream.create();
    try (RawClient client =
        serve(() -> Reply.of(200).header("content-length", "10").body(stream))) {
      client.get("/");
      stream.put("short");
      stream.close();
      assertThrows(EOFException.class, client::read);
    }
  }

  @Test
  void aStreamLongerThanItsContentLengthNeverDesynchronisesTheConnection() throws Exception {
    Stream<Object> stream = Stream.create();
    try (RawClient client = serve(() -> Reply.of(200).header("content-length", "3").body(stream))) {
      client.get("/");
      stream.put("abc");
      client.readHead();
      assertEquals("abc", client.readText(3));
      stream.put("def");
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aWrongContentLengthOfABodyInMemoryIsA500() throws Exception {
    try (RawClient client = serve(() -> Reply.of(200).header("content-length", "9").body("four"))) {
      assertEquals(500, client.get("/").read().status());
      assertEquals(500, client.get("/").read().status());
    }
  }

  @Test
  void aLongTextArrivesWholeAmongPipelinedRequests() throws Exception {
    String text = "grüße ".repeat(3000);
    byte[] expected = text.getBytes(StandardCharsets.UTF_8);
    try (RawClient client = serveBody(() -> text)) {
      String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
      client.send(get + "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get);
      assertArrayEquals(expected, client.read().body());
      assertEquals("" + expected.length, client.read(true).header("content-length"));
      assertArrayEquals(expected, client.read().body());
    }
  }

  @Test
  void aLongTextOfWrongLengthOrBehindALongHeadIsNoDifferentFromAShortOne() throws Exception {
    String text = "x".repeat(5000);
    AtomicInteger requests = new AtomicInteger();
    Supplier<Reply> reply =
        () ->
            requests.getAndIncrement() == 0
                ? Reply.of(200).header("content-length", "9").body(text)
                : Reply.of(200).header("x-long", "y".repeat(2000)).body(text);
    try (RawClient client = serve(reply)) {
      assertEquals(500, client.get("/").read().status());
      RawClient.Response response = client.get("/").read();
      assertEquals(2000, response.header("x-long").length());
      assertEquals(text, new String(response.body(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aFileThatCannotBeReadIsA500() throws Exception {
    try (RawClient client = serveBody(() -> dir.resolve("missing"))) {
      assertEquals(500, client.get("/").read().status());
    }
    server.shutdown(Duration.ZERO).await();
    try (RawClient client = serveBody(() -> dir)) {
      assertEquals(500, client.get("/").read().status());
    }
  }

  @Test
  void aBodyThatHasNoBytesIsA500() throws Exception {
    try (RawClient client = serveBody(() -> 42)) {
      assertEquals(500, client.get("/").read().status());
    }
  }
}
