package weir.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.http.BodyWriter;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.coding.Compression;
import weir.http.coding.ContentDecoder;
import weir.testing.RawClient;

/** Clients of HTTP/1.0: they know no chunks, trailers or interim responses. */
class OldClientsTest {

  private static final String GET = "GET / HTTP/1.0\r\n\r\n";
  private static final String GET_AND_KEEP = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  private static final byte[] LARGE = "large ".repeat(500_000).getBytes(UTF_8);

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

  @Test
  void aBodyOfUnknownLengthEndsWithTheConnection() throws Exception {
    try (RawClient client =
        serve(r -> Reply.of(200).body(new ByteArrayInputStream(LARGE) {}).trailers(trailers()))) {
      RawClient.Response response = client.send(GET_AND_KEEP).read();
      assertNull(response.header("transfer-encoding"));
      assertEquals("Close", response.header("connection"));
      assertArrayEquals(LARGE, response.body());
    }
  }

  private static Map<String, String> trailers() {
    return Map.of("x", "y");
  }

  @Test
  void theConnectionIsKeptWhenAskedAndTheLengthIsKnown() throws Exception {
    try (RawClient client = serve(r -> Reply.text("x"))) {
      for (int i = 0; i < 2; i++) {
        RawClient.Response response = client.send(GET_AND_KEEP).read();
        assertEquals("Keep-Alive", response.header("connection"));
        assertEquals("x", response.text());
      }
    }
  }

  private static Reply written(BodyWriter body) {
    return Reply.of(200).body(body);
  }

  @Test
  void aWrittenBodyEndsByClosing() throws Exception {
    try (RawClient client =
        serve(
            r ->
                written(
                    out -> {
                      out.write("one".getBytes(UTF_8));
                      out.flush();
                      out.write("two".getBytes(UTF_8));
                    }))) {
      RawClient.Response response = client.send(GET_AND_KEEP).read();
      assertNull(response.header("transfer-encoding"));
      assertEquals("onetwo", response.text());
    }
  }

  @Test
  void aCutBodyIsAReset() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (RawClient client =
        serve(
            r ->
                written(
                    out -> {
                      out.write("one".getBytes(UTF_8));
                      out.flush();
                      assertTrue(read.await(20, TimeUnit.SECONDS));
                      throw new IllegalStateException("wanted by the test");
                    }))) {
      client.send(GET).readHead();
      assertEquals('o', client.socket().getInputStream().read());
      read.countDown();
      assertThrows(SocketException.class, () -> client.socket().getInputStream().readAllBytes());
    }
  }

  @Test
  void trailersAreNotSentAndNotFailedFor() throws Exception {
    try (RawClient client = serve(r -> Reply.text("text").trailers(trailers()))) {
      RawClient.Response response = client.send(GET).read();
      assertFalse(response.head().contains("chunked"));
      assertEquals("text", response.text());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void interimResponsesAreNotSent() throws Exception {
    AtomicBoolean sent = new AtomicBoolean(true);
    try (RawClient client =
        serve(
            r -> {
              sent.set(r.inform(103, Map.of("link", "</a>")));
              return Reply.text("done");
            })) {
      assertEquals("done", client.send(GET).read().text());
      assertFalse(sent.get());
    }
  }

  @Test
  void anEncodedBodyEndsByClosing() throws Exception {
    String text = "repeated ".repeat(1000);
    try (RawClient client =
        serve(
            HttpServer.builder().compression(Compression.standard()),
            r -> Reply.of(200).body(List.of(text)))) {
      client.send("GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
      String head = client.readHead().toLowerCase(java.util.Locale.ROOT);
      assertTrue(head.contains("content-encoding: gzip"), head);
      assertFalse(head.contains("transfer-encoding"), head);
      byte[] body = client.rest().getBytes(StandardCharsets.ISO_8859_1);
      byte[] decoded =
          ContentDecoder.decode(new ByteArrayInputStream(body), List.of("gzip"), Long.MAX_VALUE)
              .readAllBytes();
      assertEquals(text, new String(decoded, UTF_8));
    }
  }
}
