package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.BodyWriter;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Bodies that write themselves: how they are framed, how writers wait, and how they end. */
@OverBothVersions
class WrittenBodiesTest {

  @Parameter Protocol protocol;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdown(Duration.ZERO).await();
    }
  }

  private RawClient serve(HttpServer.Builder builder, Reply reply) throws IOException {
    server = builder.port(0).eventLoopThreads(1).handler(r -> reply).start();
    return protocol.client(server.port());
  }

  private RawClient serve(BodyWriter body) throws IOException {
    return serve(protocol.server(), Reply.of(200).body(body));
  }

  private static byte[] utf8(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aBodyThatEndsBeforeAnythingIsSentHasALength() throws Exception {
    try (RawClient client =
        serve(
            out -> {
              out.write('w');
              out.write(utf8("ater"));
            })) {
      for (int i = 0; i < 3; i++) {
        RawClient.Response response = client.get("/").read();
        assertEquals("5", response.header("content-length"));
        assertNull(response.header("transfer-encoding"));
        assertEquals("water", response.text());
      }
    }
  }

  @Test
  void aBodyOfNothingIsEmpty() throws Exception {
    try (RawClient client = serve(OutputStream::close)) {
      assertEquals("0", client.get("/").read().header("content-length"));
      assertEquals("0", client.get("/").read().header("content-length"));
    }
  }

  @Test
  void aFlushSendsTheHeadAndWhatWasWritten() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch more = new CountDownLatch(1);
    try (RawClient client =
        serve(
            out -> {
              out.flush();
              assertTrue(read.await(20, TimeUnit.SECONDS));
              out.write(utf8("one"));
              out.flush();
              assertTrue(more.await(20, TimeUnit.SECONDS));
              out.write(utf8("two"));
            })) {
      client.assertStreamed(client.get("/").readHead());
      read.countDown();
      assertEquals("one", new String(client.readChunk(), StandardCharsets.UTF_8));
      more.countDown();
      assertEquals("two", new String(client.readChunk(), StandardCharsets.UTF_8));
      assertNull(client.readChunk());
      assertEquals(200, client.get("/").read().status());
    }
  }

  @Test
  void moreThanTheBufferIsSentInChunks() throws Exception {
    byte[] large = new byte[1_000_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 7 >> 2);
    }
    try (RawClient client =
        serve(
            out -> {
              out.write(large, 0, 10);
              out.write(large, 10, large.length - 10);
            })) {
      assertArrayEquals(large, client.get("/").read().body());
      RawClient.Response again = client.get("/").read();
      client.assertStreamed(again.head());
      assertArrayEquals(large, again.body());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 101})
  void theSizeOfTheBufferIsAnOption(int bytes) throws Exception {
    try (RawClient client =
        serve(
            protocol.server().outputBufferBytes(100),
            Reply.of(200).body((BodyWriter) out -> out.write(new byte[bytes])))) {
      RawClient.Response response = client.get("/").read();
      assertEquals(bytes == 100 ? "100" : null, response.header("content-length"));
      assertEquals(bytes, response.body().length);
    }
  }

  @Test
  void theWriterWaitsWhileTheClientDoesNotRead() throws Exception {
    int pieces = 4000;
    byte[] piece = new byte[16 * 1024];
    AtomicLong written = new AtomicLong();
    CompletableFuture<Thread> writer = new CompletableFuture<>();
    try (RawClient client =
        serve(
            out -> {
              writer.complete(Thread.currentThread());
              for (int i = 0; i < pieces; i++) {
                out.write(piece);
                written.incrementAndGet();
              }
            })) {
      client.get("/");
      Thread thread = writer.get(20, TimeUnit.SECONDS);
      Await.until(
          "the writer waits", () -> thread.getState() == Thread.State.WAITING && written.get() > 3);
      assertTrue(written.get() < pieces, "written before anything was read: " + written);
      assertEquals((long) pieces * piece.length, client.read().body().length);
    }
  }

  @Test
  void aLengthThatWasAnnouncedIsKept() throws Exception {
    Reply reply =
        Reply.of(200)
            .header("content-length", "6")
            .body(
                (BodyWriter)
                    out -> {
                      out.write(utf8("one"));
                      out.flush();
                      out.write(utf8("two"));
                    });
    try (RawClient client = serve(protocol.server(), reply)) {
      RawClient.Response response = client.get("/").read();
      assertEquals("6", response.header("content-length"));
      assertEquals("onetwo", response.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "7"})
  void aWrongLengthIsA500BeforeAnythingIsSent(String length) throws Exception {
    Reply reply =
        Reply.of(200)
            .header("content-length", length)
            .body((BodyWriter) out -> out.write(utf8("onetwo")));
    try (RawClient client = serve(protocol.server(), reply)) {
      assertEquals(500, client.get("/").read().status());
      assertEquals(500, client.get("/").read().status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "7"})
  void aWrongLengthCutsTheConnectionAfterwards(String length) throws Exception {
    Reply reply =
        Reply.of(200)
            .header("content-length", length)
            .body(
                (BodyWriter)
                    out -> {
                      out.write(utf8("one"));
                      out.flush();
                      out.write(utf8("two"));
                    });
    try (RawClient client = serve(protocol.server(), reply)) {
      assertThrows(EOFException.class, client.get("/")::read);
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aFailureBeforeAnythingIsSentIsA500() throws Exception {
    try (RawClient client =
        serve(
            out -> {
              out.write(utf8("lost"));
              throw new IllegalStateException("wanted by the test");
            })) {
      RawClient.Response response = client.get("/").read();
      assertEquals(500, response.status());
      assertEquals("Internal Server Error", response.text());
      assertEquals(500, client.get("/").read().status());
    }
  }

  @Test
  void aFailureLaterDeliversWhatWasWrittenAndCutsTheConnection() throws Exception {
    try (RawClient client =
        serve(
            out -> {
              out.write(utf8("one"));
              out.flush();
              out.write(utf8("two"));
              throw new IllegalStateException("wanted by the test");
            })) {
      client.get("/").readHead();
      assertEquals("onetwo", client.readChunks(6));
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aFailedBodyEndsAsIfItWereCompleteIfToldTo() throws Exception {
    Reply reply =
        Reply.of(200)
            .body(
                (BodyWriter)
                    out -> {
                      out.write(utf8("one"));
                      out.flush();
                      out.write(utf8("two"));
                      throw new IllegalStateException("wanted by the test");
                    });
    try (RawClient client = serve(protocol.server().endFailedBodies(true), reply)) {
      assertEquals("onetwo", client.get("/").read().text());
      assertEquals("onetwo", client.get("/").read().text());
    }
  }

  @Test
  void aClosedStreamTakesNothingMore() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (RawClient client =
        serve(
            out -> {
              out.write(utf8("all"));
              out.close();
              out.close();
              out.flush();
              failure.complete(assertThrows(IOException.class, () -> out.write(1)));
            })) {
      assertEquals("all", client.get("/").read().text());
      assertTrue(failure.get(20, TimeUnit.SECONDS).getMessage().contains("closed"));
    }
  }

  @Test
  void anExceptionAfterTheEndDoesNotDisturbTheConnection() throws Exception {
    try (RawClient client =
        serve(
            out -> {
              out.write(utf8("all"));
              out.close();
              throw new IllegalStateException("wanted by the test");
            })) {
      assertEquals("all", client.get("/").read().text());
      assertEquals("all", client.get("/").read().text());
    }
  }

  @Test
  void theWriterHearsThatTheClientIsGone() throws Exception {
    CompletableFuture<IOException> heard = new CompletableFuture<>();
    try (RawClient client =
        serve(
            out -> {
              try {
                while (true) {
                  out.write(new byte[1000]);
                  out.flush();
                }
              } catch (IOException e) {
                heard.complete(e);
                throw e;
              }
            })) {
      client.get("/").readHead();
      client.readChunk();
    }
    assertTrue(heard.get(20, TimeUnit.SECONDS).getMessage().contains("client has gone away"));
  }

  @Test
  void aWriterThatIsInterruptedGetsAnIOException() throws Exception {
    CompletableFuture<Thread> writer = new CompletableFuture<>();
    CompletableFuture<IOException> heard = new CompletableFuture<>();
    try (RawClient client =
        serve(
            out -> {
              writer.complete(Thread.currentThread());
              try {
                while (true) {
                  out.write(new byte[64 * 1024]);
                }
              } catch (IOException e) {
                heard.complete(e);
                throw e;
              } finally {
                Thread.interrupted();
              }
            })) {
      client.get("/").readHead();
      Thread thread = writer.get(20, TimeUnit.SECONDS);
      Await.until("the writer waits", () -> thread.getState() == Thread.State.WAITING);
      thread.interrupt();
      assertTrue(heard.get(20, TimeUnit.SECONDS).getMessage().contains("interrupted"));
    }
  }

  @Test
  void anEventLoopMayNotWrite() throws Exception {
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    server =
        protocol
            .server()
            .port(0)
            .onEventLoop()
            .handler(
                request ->
                    Reply.of(200)
                        .body(
                            (BodyWriter)
                                out -> {
                                  server
                                      .channel()
                                      .eventLoop()
                                      .submit(
                                          () ->
                                              refused.complete(
                                                  assertThrows(
                                                      IllegalStateException.class,
                                                      () -> out.write(1))))
                                      .sync();
                                  out.write(utf8("written elsewhere"));
                                }))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      assertEquals("written elsewhere", client.get("/").read().text());
      assertTrue(refused.get(20, TimeUnit.SECONDS).getMessage().contains("event loop thread"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD / HTTP/1.1", "GET /204 HTTP/1.1", "GET /304 HTTP/1.1"})
  void aBodyThatIsNotSentIsNotWritten(String requestLine) throws Exception {
    AtomicBoolean called = new AtomicBoolean();
    BodyWriter body = out -> called.set(true);
    server =
        protocol
            .server()
            .port(0)
            .handler(
                r ->
                    Reply.of(r.path().length() > 1 ? Integer.parseInt(r.path().substring(1)) : 200)
                        .body(body))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.send(requestLine + "\r\nHost: a\r\n\r\n").read(requestLine.startsWith("HEAD"));
      client.send(requestLine + "\r\nHost: a\r\n\r\n").read(requestLine.startsWith("HEAD"));
    }
    assertFalse(called.get());
  }

  @Test
  void aPipelinedBodyIsWrittenWhenItsTurnHasCome() throws Exception {
    CountDownLatch secondWrites = new CountDownLatch(1);
    server =
        protocol
            .server()
            .port(0)
            .handler(
                r ->
                    r.path().equals("/1")
                        ? firstAfter(secondWrites)
                        : Reply.of(200)
                            .body(
                                (BodyWriter)
                                    out -> {
                                      out.write(utf8("second"));
                                      out.flush();
                                      secondWrites.countDown();
                                      out.write(new byte[200_000]);
                                    }))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.get("/1").get("/2").get("/2");
      assertEquals("first", client.read().text());
      assertEquals(200_006, client.read().body().length);
      assertEquals(200_006, client.read().body().length);
    }
  }

  private static Reply firstAfter(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(20, TimeUnit.SECONDS));
    return Reply.text("first");
  }

  @Test
  void aBadHeaderIsA500BeforeTheBodyIsWritten() throws Exception {
    AtomicBoolean called = new AtomicBoolean();
    Reply reply =
        Reply.of(200).header("x-bad", "a\r\nb").body((BodyWriter) out -> called.set(true));
    try (RawClient client = serve(protocol.server(), reply)) {
      assertEquals(500, client.get("/").read().status());
    }
    assertFalse(called.get());
  }
}
