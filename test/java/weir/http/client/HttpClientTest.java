package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Response;
import weir.testing.Await;

/** The client against this library's own server. */
@Timeout(60)
class HttpClientTest {

  private final HttpClient client = HttpClient.builder().build();
  private HttpServer server;
  private String url;

  @BeforeEach
  void startServer() {
    server =
        HttpServer.builder()
            .port(0)
            .threadPrefix("test-server")
            .daemon(true)
            .handler(
                request ->
                    switch (request.path()) {
                      case "/echo" -> Reply.of(200).body(request.body());
                      case "/method" -> Reply.text(request.method());
                      case "/big" -> Reply.of(200).body(pieces(Integer.parseInt(request.query())));
                      case "/empty" -> Reply.of(204);
                      default -> Reply.text("hello");
                    })
            .start();
    url = "http://127.0.0.1:" + server.port();
  }

  private static List<byte[]> pieces(int n) {
    List<byte[]> pieces = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      byte[] piece = new byte[10_000];
      Arrays.fill(piece, (byte) i);
      pieces.add(piece);
    }
    return pieces;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertNoneLeft(client);
    server.close();
  }

  @Test
  void aSmallBodyIsInMemoryWhenTheResponseComes() throws Exception {
    Response response = get(client.send(HttpRequest.get(url).build()));
    assertEquals(200, response.status());
    assertEquals("text/plain; charset=UTF-8", response.headers().get("Content-Type"));
    assertInstanceOf(ByteArrayInputStream.class, response.body());
    assertEquals("hello", text(response));
  }

  @Test
  void requestsOneAfterTheOtherShareAConnection() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertEquals("hello", text(get(client.send(HttpRequest.get(url).build()))));
    }
    assertEquals(1, client.stats().connections());
  }

  @Test
  void manyRequestsAtOnceKeepToTheLimitOfConnections() throws Exception {
    List<Deferred<Response>> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(client.send(HttpRequest.get(url).build()));
    }
    for (Deferred<Response> each : all) {
      assertEquals("hello", text(get(each)));
    }
    assertTrue(client.stats().connections() <= HttpClient.DEFAULT_CONNECTIONS_PER_HOST);
  }

  @Test
  void bodiesOfEveryTypeComeBackAsTheyWere() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(3).nextBytes(bytes);
    List<Object> bodies =
        List.of(
            bytes,
            java.nio.ByteBuffer.wrap(bytes),
            io.netty.buffer.Unpooled.wrappedBuffer(bytes),
            new ByteArrayInputStream(bytes),
            new java.io.BufferedInputStream(new ByteArrayInputStream(bytes)),
            List.of(Arrays.copyOf(bytes, 7), Arrays.copyOfRange(bytes, 7, bytes.length)));
    for (Object body : bodies) {
      HttpRequest request = HttpRequest.post(url + "/echo").body(body).as(BodyMode.BYTES).build();
      assertArrayEquals(
          bytes, (byte[]) get(client.send(request)).body(), body.getClass().getName());
    }
    HttpRequest text = HttpRequest.post(url + "/echo").body("grün").as(BodyMode.STRING).build();
    assertEquals("grün", get(client.send(text)).body());
  }

  @Test
  void aLargeBodyIsReadWhileItArrives() throws Exception {
    Response response = get(client.send(HttpRequest.get(url + "/big?1000").build()));
    try (InputStream in = (InputStream) response.body()) {
      byte[] piece = new byte[10_000];
      for (int i = 0; i < 1000; i++) {
        assertEquals(10_000, in.readNBytes(piece, 0, 10_000));
        assertEquals((byte) i, piece[9_999]);
      }
      assertEquals(-1, in.read());
    }
    assertEquals("hello", text(get(client.send(HttpRequest.get(url).build()))));
    assertEquals(1, client.stats().connections(), "the connection is used again");
  }

  @Test
  void closingAnUnreadBodyFreesTheSlot() throws Exception {
    for (int i = 0; i < 30; i++) {
      Response response = get(client.send(HttpRequest.get(url + "/big?1000").build()));
      ((InputStream) response.body()).close();
    }
  }

  /** [B] #402: a body that nobody reads, and nobody can read any more, kept its slot for ever. */
  @Test
  void aBodyThatWasDroppedGivesItsSlotBack() throws Exception {
    for (int i = 0; i < HttpClient.DEFAULT_CONNECTIONS_PER_HOST; i++) {
      assertEquals(200, get(client.send(HttpRequest.get(url + "/big?1000").build())).status());
    }
    Await.until(
        "a connection is free",
        () -> {
          System.gc();
          return client.stats().connections() == 0;
        });
  }

  @Test
  void emptyResponsesHaveAnEmptyBody() throws Exception {
    assertEquals("", text(get(client.send(HttpRequest.get(url + "/empty").build()))));
    HttpRequest head = HttpRequest.get(url + "/big?10").method("head").build();
    assertEquals("", text(get(client.send(head))));
    HttpRequest odd = HttpRequest.get(url + "/method").method("purge").build();
    assertEquals("PURGE", text(get(client.send(odd))));
    assertEquals(1, client.stats().connections());
  }

  @Test
  void textIsDecodedByTheCharsetOfItsType() throws Exception {
    byte[] latin = "grün".getBytes(StandardCharsets.ISO_8859_1);
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say(
                  "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
                      + "Content-Length: 4\r\n\r\n"
                      + new String(latin, StandardCharsets.ISO_8859_1));
              with.awaitClose();
            })) {
      HttpRequest request = HttpRequest.get(peer.url()).as(BodyMode.STRING).build();
      assertEquals("grün", get(client.send(request)).body());
    }
  }
}
