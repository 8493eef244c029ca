package weir.http.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.BodyMode;
import weir.http.ErrorStatusException;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;
import weir.http.Response;
import weir.http.coding.Compression;

/** Clients that decompress, against a server that compresses, and one that is told what to send. */
class DecodingTest {

  private static final String TEXT = "Grüße, again and again. ".repeat(20_000);
  private static final Keyword ORIGINAL = Keyword.intern(null, "orig-content-encoding");

  private HttpServer server;
  private HttpClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        HttpServer.builder()
            .port(0)
            .compression(Compression.standard())
            .handler(DecodingTest::answer)
            .start();
    client = HttpClient.builder().decompress(true).build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    Clients.assertNoneLeft(client);
    server.shutdown(Duration.ZERO).await();
  }

  private static Reply answer(Request request) throws IOException {
    Reply text = Reply.text(TEXT);
    return switch (request.path()) {
      case "/short" -> Reply.text(TEXT.substring(0, 1000));
      case "/error" -> Reply.of(404).header("content-type", "text/plain").body(TEXT);
      case "/from" -> Reply.of(302).header("location", "/short").body(TEXT);
      case "/accepted" -> Reply.text("" + request.headers().get("accept-encoding"));
      case "/unknown" -> text.header("content-encoding", "secret");
      case "/lies" -> text.header("content-encoding", "gzip");
      case "/empty" -> Reply.of(200).header("content-encoding", "gzip");
      case "/part" -> Reply.of(206).header("content-encoding", "gzip").body(new byte[] {1, 2, 3});
      case "/none" -> Reply.of(204).header("content-encoding", "gzip");
      case "/latin1" ->
          Reply.of(200)
              .header("content-type", "text/plain; charset=ISO-8859-1")
              .header("content-encoding", "gzip")
              .body(gzip("Grüße".getBytes(ISO_8859_1)));
      case "/bomb" ->
          Reply.of(200).header("content-encoding", "gzip").body(gzip(new byte[20_000_000]));
      default -> text;
    };
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(coded)) {
      out.write(plain);
    }
    return coded.toByteArray();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.get("http://127.0.0.1:" + server.port() + path);
  }

  private Response get(HttpRequest.Builder request) throws Exception {
    return Clients.get(client.send(request.build()));
  }

  private static Object original(Response response) {
    return ((Map<?, ?>) response).get(ORIGINAL);
  }

  // ---- what a program gets

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void bodiesAreDecodedInEveryForm(String coding) throws Exception {
    for (String path : new String[] {"/", "/short"}) {
      String text = path.equals("/") ? TEXT : TEXT.substring(0, 1000);
      for (BodyMode mode : new BodyMode[] {BodyMode.STREAM, BodyMode.BYTES, BodyMode.STRING}) {
        Response response = get(request(path).header("accept-encoding", coding).as(mode));
        Object body = response.body();
        switch (mode) {
          case STREAM -> assertEquals(text, Clients.text(response));
          case BYTES -> assertArrayEquals(text.getBytes(UTF_8), (byte[]) body);
          default -> assertEquals(text, body);
        }
        assertEquals(coding, original(response));
        assertNull(response.headers().get("content-encoding"));
        assertNull(response.headers().get("content-length"));
        assertEquals("accept-encoding", response.headers().get("vary"));
      }
    }
  }

  @Test
  void textIsDecodedByItsCharset() throws Exception {
    assertEquals("Grüße", get(request("/latin1").as(BodyMode.STRING)).body());
  }

  @Test
  void whatCanBeDecodedIsAskedForUnlessTheProgramSaysOtherwise() throws Exception {
    assertEquals("gzip, deflate, br, zstd", get(request("/accepted").as(BodyMode.STRING)).body());
    assertEquals(
        "identity",
        get(request("/accepted").header("accept-encoding", "identity").as(BodyMode.STRING)).body());
    assertEquals(
        "null",
        get(request("/accepted").header("range", "bytes=0-").as(BodyMode.STRING)).body(),
        "a part of an encoded body is of no use");
  }

  @Test
  void aRequestMayDoWithout() throws Exception {
    Response response = get(request("/accepted").decompress(false).as(BodyMode.STRING));
    assertEquals("null", response.body());
    response = get(request("/").header("accept-encoding", "gzip").decompress(false));
    assertEquals("gzip", response.headers().get("content-encoding"));
    try (InputStream in = (InputStream) response.body()) {
      assertEquals(0x1f, in.read());
    }
    assertNull(original(response));
  }

  @Test
  void aClientDecodesNothingUnlessItIsTold() throws Exception {
    try (HttpClient plain = HttpClient.builder().build()) {
      Response response = Clients.get(plain.send(request("/accepted").build()));
      assertEquals("null", Clients.text(response));
      response = Clients.get(plain.send(request("/").decompress(true).build()));
      assertEquals(TEXT, Clients.text(response));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BodyMode.class,
      names = {"STREAM", "BYTES"})
  void whatCannotBeDecodedStaysAsItIs(BodyMode mode) throws Exception {
    Response response = get(request("/unknown").as(mode));
    assertEquals("secret", response.headers().get("content-encoding"));
    assertArrayEquals(TEXT.getBytes(UTF_8), bytes(response));
    response = get(request("/part").as(mode));
    assertEquals("gzip", response.headers().get("content-encoding"));
    assertArrayEquals(new byte[] {1, 2, 3}, bytes(response));
  }

  private static byte[] bytes(Response response) throws IOException {
    if (response.body() instanceof byte[] bytes) {
      return bytes;
    }
    try (InputStream in = (InputStream) response.body()) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BodyMode.class,
      names = {"STREAM", "BYTES"})
  void anEmptyBodyIsEmpty(BodyMode mode) throws Exception {
    for (String path : new String[] {"/empty", "/none"}) {
      assertEquals(0, bytes(get(request(path).as(mode))).length);
    }
    Response head = get(request("/").method("HEAD").as(mode));
    assertEquals(0, bytes(head).length);
    assertEquals("" + TEXT.getBytes(UTF_8).length, head.headers().get("content-length"));
  }

  @Test
  void rawStreamsCannotBeDecoded() throws Exception {
    Throwable e =
        Clients.failureOf(
            client.send(request("/").as(BodyMode.RAW_STREAM).decompress(true).build()));
    assertInstanceOf(IllegalArgumentException.class, e);
    try (HttpClient raw =
        HttpClient.builder().bodyMode(BodyMode.RAW_STREAM).decompress(true).build()) {
      Response response = Clients.get(raw.send(request("/accepted").build()));
      assertInstanceOf(weir.stream.Stream.class, response.body());
      ((weir.stream.Stream<?>) response.body()).discard();
    }
  }

  // ---- the way there

  @Test
  void redirectsAreFollowed() throws Exception {
    Response response = get(request("/from").as(BodyMode.STRING));
    assertEquals(TEXT.substring(0, 1000), response.body());
    assertEquals(
        "[\"http://127.0.0.1:" + server.port() + "/short\"]",
        clojure.lang.RT.printString(
            ((Map<?, ?>) response).get(Keyword.intern(null, "trace-redirects"))));
  }

  @ParameterizedTest
  @EnumSource(
      value = BodyMode.class,
      names = {"STREAM", "BYTES", "STRING"})
  void theBodyOfAnErrorIsDecoded(BodyMode mode) throws Exception {
    ErrorStatusException e =
        assertInstanceOf(
            ErrorStatusException.class,
            Clients.failureOf(
                client.send(request("/error").as(mode).failOnErrorStatus(true).build())));
    Object body = e.response().body();
    assertEquals(TEXT, mode == BodyMode.STRING ? body : new String(bytes(e.response()), UTF_8));
    assertEquals("br", original(e.response()));
  }

  @Test
  void theBodyOfAnErrorThatIsTooLongIsCutOff() throws Exception {
    ErrorStatusException e =
        assertInstanceOf(
            ErrorStatusException.class,
            Clients.failureOf(
                client.send(
                    request("/error")
                        .as(BodyMode.STRING)
                        .maxBodyBytes(50)
                        .failOnErrorStatus(true)
                        .build())));
    assertTrue(e.response().body().toString().length() < TEXT.length());
  }

  // ---- failures

  @Test
  void aBodyThatIsNotEncodedIsAFailure() throws Exception {
    Throwable e = Clients.failureOf(client.send(request("/lies").as(BodyMode.BYTES).build()));
    assertInstanceOf(IOException.class, e);
    try (InputStream in = (InputStream) get(request("/lies")).body()) {
      assertThrows(IOException.class, in::readAllBytes);
    }
  }

  @Test
  void theLimitOfABodyCountsPlainBytes() throws Exception {
    Throwable e =
        Clients.failureOf(
            client.send(request("/bomb").as(BodyMode.BYTES).maxBodyBytes(1_000_000).build()));
    assertInstanceOf(IOException.class, e);
    assertTrue(e.getMessage().contains("more than 1000000 bytes"), e.getMessage());
    try (InputStream in = (InputStream) get(request("/bomb").maxBodyBytes(1_000_000)).body()) {
      assertThrows(IOException.class, in::readAllBytes);
    }
    try (InputStream in = (InputStream) get(request("/bomb")).body()) {
      assertEquals(
          20_000_000, in.readAllBytes().length, "without a limit it is read piece by piece");
    }
  }

  @Test
  void aBodyCutShortFailsItsReader() throws Exception {
    byte[] coded = gzip(TEXT.getBytes(UTF_8));
    try (Peer peer =
        new Peer(
            c -> {
              c.head();
              c.say(
                  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                      + "10\r\n");
              c.out.write(coded, 0, 16);
              c.say("\r\n");
              c.socket.close();
            })) {
      HttpRequest request = HttpRequest.get("http://127.0.0.1:" + peer.port() + "/").build();
      try (InputStream in = (InputStream) Clients.get(client.send(request)).body()) {
        assertThrows(IOException.class, in::readAllBytes);
      }
    }
  }

  @Test
  void piecesAreDecodedAsTheyCome() throws Exception {
    java.util.concurrent.CountDownLatch seen = new java.util.concurrent.CountDownLatch(1);
    try (Peer peer =
        new Peer(
            c -> {
              c.head();
              c.say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
              try (GZIPOutputStream out = new GZIPOutputStream(c.out, true)) {
                out.write("first".getBytes(UTF_8));
                out.flush();
                seen.await();
                out.write("second".getBytes(UTF_8));
              }
            })) {
      HttpRequest request = HttpRequest.get("http://127.0.0.1:" + peer.port() + "/").build();
      try (InputStream in = (InputStream) Clients.get(client.send(request)).body()) {
        assertEquals("first", new String(in.readNBytes(5), UTF_8));
        seen.countDown();
        assertEquals("second", new String(in.readAllBytes(), UTF_8));
      }
    }
  }

  @Test
  void aBodyThatIsClosedEarlyGivesItsConnectionBack() throws Exception {
    for (String coding : new String[] {"gzip", "br", "zstd"}) {
      InputStream in = (InputStream) get(request("/bomb").header("accept-encoding", coding)).body();
      assertTrue(in.read() >= 0);
      in.close();
      assertEquals(-1, in.read());
    }
  }
}
