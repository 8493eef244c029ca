package weir.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.BodyWriter;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.coding.Compression;
import weir.http.coding.ContentDecoder;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Which responses are encoded, what their heads say, and that their bodies come when they should. */
@OverBothVersions
class CompressionTest {

  @Parameter Protocol protocol;

  private static final String TEXT = "All work and no play makes Jack a dull böy.\n".repeat(500);

  @TempDir Path folder;
  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdown(Duration.ZERO).await();
    }
  }

  private RawClient serve(Compression compression, Supplier<Reply> reply) throws IOException {
    server =
        protocol
            .server()
            .port(0)
            .eventLoopThreads(1)
            .compression(compression)
            .handler(r -> reply.get())
            .start();
    return protocol.client(server.port());
  }

  private RawClient serve(Supplier<Reply> reply) throws IOException {
    return serve(Compression.standard(), reply);
  }

  private static RawClient.Response get(RawClient client, String accept) throws IOException {
    return request(client, "GET", "1.1", accept);
  }

  private static RawClient.Response request(
      RawClient client, String method, String version, String accept) throws IOException {
    client.send(
        method
            + " / HTTP/"
            + version
            + "\r\nHost: h\r\n"
            + (accept == null ? "" : "Accept-Encoding: " + accept + "\r\n")
            + "\r\n");
    return client.read(method.equals("HEAD"));
  }

  private static byte[] decoded(RawClient.Response response) throws IOException {
    try (InputStream in =
        ContentDecoder.decode(
            new ByteArrayInputStream(response.body()),
            response.headers("content-encoding"),
            Long.MAX_VALUE)) {
      return in.readAllBytes();
    }
  }

  // ---- what is encoded

  private Stream<Supplier<Object>> bodies() {
    byte[] bytes = TEXT.getBytes(UTF_8);
    Path file = folder.resolve("body.txt");
    return Stream.of(
        () -> TEXT,
        () -> bytes,
        () -> ByteBuffer.wrap(bytes),
        () -> Unpooled.wrappedBuffer(bytes),
        () -> new ByteArrayInputStream(bytes),
        () -> InputStream.nullInputStream(),
        () -> List.of(TEXT.substring(0, 300), TEXT.substring(300)),
        () -> written(file, bytes),
        () -> messages(TEXT.substring(0, 300), "", TEXT.substring(300)),
        () -> (BodyWriter) out -> out.write(bytes),
        () ->
            (BodyWriter)
                out -> {
                  out.write(bytes, 0, 300);
                  out.flush();
                  out.write(bytes, 300, bytes.length - 300);
                });
  }

  private static Path written(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static weir.stream.Stream<Object> messages(Object... all) {
    weir.stream.Stream<Object> s = weir.stream.Stream.buffered(all.length);
    for (Object each : all) {
      s.put(each);
    }
    s.close();
    return s;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void bodiesOfEveryTypeAreEncoded(String coding) throws Exception {
    for (Supplier<Object> body : (Iterable<Supplier<Object>>) bodies()::iterator) {
      Object example = body.get();
      boolean empty = example.getClass() == InputStream.nullInputStream().getClass();
      weir.http.body.Bodies.discard(example);
      try (RawClient client = serve(() -> Reply.of(200).body(body.get()))) {
        for (int i = 0; i < 2; i++) { // the connection goes on
          RawClient.Response response = get(client, coding);
          assertEquals(coding, response.header("content-encoding"), example.toString());
          assertEquals("accept-encoding", response.header("vary"));
          assertEquals(empty ? "" : TEXT, new String(decoded(response), UTF_8));
          assertTrue(response.body().length < 1000 + TEXT.length() / 10);
        }
      }
      stop();
    }
  }

  @Test
  void snappyIsUsedIfItIsListed() throws Exception {
    Compression snappy = Compression.of(List.of(StandardCompressionOptions.snappy()));
    try (RawClient client = serve(snappy, () -> Reply.text(TEXT))) {
      RawClient.Response response = get(client, "gzip, snappy");
      assertEquals("snappy", response.header("content-encoding"));
      assertEquals("sNaPpY", new String(response.body(), 4, 6, UTF_8));
    }
  }

  @Test
  void theContentLengthIsThatOfWhatIsSent() throws Exception {
    try (RawClient client =
        serve(() -> Reply.text(TEXT).header("content-length", "" + TEXT.getBytes(UTF_8).length))) {
      RawClient.Response response = get(client, "gzip");
      assertEquals("" + response.body().length, response.header("content-length"));
      assertEquals(TEXT, new String(decoded(response), UTF_8));
    }
  }

  // ---- what is not

  /** What a handler answers, and whether another client might have got it encoded. */
  record Plain(String why, Reply reply, boolean varies) {
    @Override
    public String toString() {
      return why;
    }
  }

  static Stream<Plain> plain() {
    byte[] noise = new byte[5000];
    new Random(1).nextBytes(noise);
    Reply text = Reply.text(TEXT);
    return Stream.of(
        new Plain("too small", Reply.text("x".repeat(255)), false),
        new Plain("encoded already", text.header("content-encoding", "gzip"), false),
        new Plain("identity on purpose", text.header("content-encoding", "identity"), false),
        new Plain("a range", text.header("content-range", "bytes 0-1/2"), false),
        new Plain(
            "partial content",
            Reply.of(206).header("content-type", "text/plain").body(TEXT),
            false),
        new Plain("no-transform", text.header("cache-control", "public, No-Transform"), false),
        new Plain(
            "a type that is compressed",
            Reply.of(200).header("content-type", "image/png").body(TEXT),
            false),
        new Plain("noise", Reply.of(200).body(noise), true));
  }

  @ParameterizedTest
  @MethodSource
  void plain(Plain each) throws Exception {
    try (RawClient client = serve(each::reply)) {
      RawClient.Response response = get(client, "gzip");
      List<String> given = new java.util.ArrayList<>();
      each.reply()
          .fields()
          .forEach(
              (k, v) -> {
                if (k.equals("content-encoding")) {
                  given.add((String) v);
                }
              });
      assertEquals(given, response.headers("content-encoding"));
      assertEquals(each.varies() ? "accept-encoding" : null, response.header("vary"));
      Object body = each.reply().body();
      assertArrayEquals(
          body instanceof String s ? s.getBytes(UTF_8) : (byte[]) body, response.body());
      assertEquals("" + response.body().length, response.header("content-length"));
    }
  }

  @Test
  void aClientThatAsksForNothingGetsItPlain() throws Exception {
    try (RawClient client = serve(() -> Reply.text(TEXT).header("etag", "\"a\""))) {
      for (String accept : new String[] {null, "identity", "gzip;q=0, *;q=0", "compress"}) {
        RawClient.Response response = get(client, accept);
        assertNull(response.header("content-encoding"));
        assertEquals("accept-encoding", response.header("vary"), "a cache must know");
        assertEquals("\"a\"", response.header("etag"));
        assertEquals(TEXT, response.text());
      }
    }
  }

  @Test
  void headIsAnsweredAsPlain() throws Exception {
    for (Object body : new Object[] {TEXT, messages(TEXT)}) {
      try (RawClient client = serve(() -> Reply.of(200).body(body))) {
        RawClient.Response response = request(client, "HEAD", "1.1", "gzip");
        assertNull(response.header("content-encoding"));
        assertEquals("accept-encoding", response.header("vary"));
        if (body == TEXT) {
          assertEquals("" + TEXT.getBytes(UTF_8).length, response.header("content-length"));
        }
      }
      stop();
    }
  }

  @Test
  void answersWithoutABodyStayWithoutOne() throws Exception {
    for (int status : new int[] {204, 304}) {
      try (RawClient client = serve(() -> Reply.of(status).header("etag", "\"a\"").body(TEXT))) {
        RawClient.Response response = get(client, "gzip");
        assertNull(response.header("content-encoding"));
        assertEquals(status == 304 ? "accept-encoding" : null, response.header("vary"));
        assertEquals("\"a\"", response.header("etag"));
        assertEquals(0, response.body().length);
        assertEquals(status, get(client, "gzip").status());
      }
      stop();
    }
  }

  @Test
  void withoutTheOptionNothingChanges() throws Exception {
    try (RawClient client =
        serve(null, () -> Reply.text(TEXT).header("etag", "\"a\"").header("vary", "cookie"))) {
      RawClient.Response response = get(client, "gzip");
      assertNull(response.header("content-encoding"));
      assertEquals("cookie", response.header("vary"));
      assertEquals("\"a\"", response.header("etag"));
    }
  }

  // ---- the head

  @Test
  void strongValidatorsBecomeWeak() throws Exception {
    for (String etag : List.of("\"a\"", "W/\"a\"")) {
      try (RawClient client = serve(() -> Reply.text(TEXT).header("ETag", etag))) {
        assertEquals(List.of("W/\"a\""), get(client, "gzip").headers("etag"));
      }
      stop();
    }
  }

  @Test
  void varyIsAddedToAndNotRepeated() throws Exception {
    for (String[] each :
        new String[][] {
          {"cookie", "cookie, accept-encoding"},
          {"Accept-Encoding, cookie", "Accept-Encoding, cookie"},
          {"*", "*"}
        }) {
      try (RawClient client = serve(() -> Reply.text(TEXT).header("vary", each[0]))) {
        assertEquals(List.of(each[1]), get(client, "gzip").headers("vary"));
      }
      stop();
    }
  }

  // ---- streams

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void everyMessageIsSentAtOnce(String coding) throws Exception {
    weir.stream.Stream<Object> source = weir.stream.Stream.create();
    try (RawClient client =
        serve(() -> Reply.of(200).header("content-type", "text/event-stream").body(source))) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: " + coding + "\r\n\r\n");
      client.readHead();
      ByteArrayOutputStream came = new ByteArrayOutputStream();
      for (int i = 0; i < 3; i++) {
        source.put("data: " + i + "\n\n");
        came.write(client.readChunk());
        try (InputStream in =
            ContentDecoder.decode(
                new ByteArrayInputStream(came.toByteArray()), List.of(coding), 1000)) {
          in.readNBytes(9 * i);
          assertEquals("data: " + i + "\n\n", new String(in.readNBytes(9), UTF_8));
        }
      }
      source.close();
    }
  }

  @Test
  void aBodyThatFailsIsCut() throws Exception {
    weir.stream.Stream<Object> source = weir.stream.Stream.buffered(2);
    source.put(TEXT);
    source.put(new Object());
    try (RawClient client = serve(() -> Reply.of(200).body(source))) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
      client.readHead();
      assertTrue(client.readChunk().length > 0);
      assertFalse(client.rest().endsWith("0\r\n\r\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void aLengthThatWasWrongIsCut(int off) throws Exception {
    byte[] bytes = TEXT.getBytes(UTF_8);
    String length = "" + (bytes.length + off);
    for (Supplier<Object> body :
        List.<Supplier<Object>>of(() -> messages(TEXT), () -> new ByteArrayInputStream(bytes) {})) {
      try (RawClient client =
          serve(() -> Reply.of(200).header("content-length", length).body(body.get()))) {
        client.send("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
        client.readHead();
        assertFalse(client.rest().endsWith("0\r\n\r\n"));
      }
      stop();
    }
  }

  @Test
  void aWrongLengthOfABodyInMemoryIsAnError() throws Exception {
    try (RawClient client = serve(() -> Reply.text(TEXT).header("content-length", "5"))) {
      assertEquals(500, get(client, "gzip").status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void aClientThatGoesAwayStopsTheBody(String coding) throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream endless =
        new InputStream() {
          private final Random random = new Random(1);

          @Override
          public int read() {
            return random.nextInt(256);
          }

          @Override
          public void close() {
            closed.set(true);
          }
        };
    try (RawClient client = serve(() -> Reply.of(200).body(endless))) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: " + coding + "\r\n\r\n");
      client.readHead();
      client.readChunk();
    }
    Await.until("the body is closed", closed::get);
  }

  @Test
  void aReaderThatIsSlowStopsTheBody() throws Exception {
    weir.stream.Stream<Object> source = weir.stream.Stream.create();
    byte[] noise = new byte[65_536];
    new Random(1).nextBytes(noise);
    try (RawClient client = serve(() -> Reply.of(200).body(source))) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
      client.readHead();
      int accepted = 0;
      while (accepted < 1000 && isTaken(source.put(noise.clone()))) {
        accepted++;
      }
      assertTrue(accepted < 1000, "the producer was never stopped");
    }
    source.close();
  }

  private static boolean isTaken(Deferred<Boolean> put) throws InterruptedException {
    try {
      return put.await(1, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return false;
    }
  }

  // ---- curl

  @ParameterizedTest
  @ValueSource(strings = {"", "gzip", "deflate", "br", "zstd"})
  void curlReadsIt(String coding) throws Exception {
    byte[] bytes = TEXT.getBytes(UTF_8);
    Path file = folder.resolve("curl.txt");
    Files.write(file, bytes);
    for (Supplier<Object> body :
        List.<Supplier<Object>>of(() -> TEXT, () -> messages(TEXT, TEXT), () -> file)) {
      serve(() -> Reply.of(200).body(body.get())).close();
      List<String> command = new java.util.ArrayList<>(List.of("curl", "-sS", "--compressed"));
      if (!coding.isEmpty()) {
        command.addAll(List.of("-H", "Accept-Encoding: " + coding));
      }
      command.add("http://127.0.0.1:" + server.port() + "/");
      Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(curl.getInputStream().readAllBytes(), UTF_8);
      assertTrue(curl.waitFor(20, TimeUnit.SECONDS));
      assertEquals(TEXT, out.substring(0, Math.min(out.length(), TEXT.length())));
      assertEquals(0, curl.exitValue());
      stop();
    }
  }
}
