package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.http.BodyWriter;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.coding.Compression;

/**
 * What a server does whichever version a client speaks, with handlers on the event loop and on workers;
 * the client is the JDK's. One suite, two protocols.
 */
class BothVersionsTest {

  private HttpServer server;
  private HttpClient client;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  static Stream<Arguments> ways() {
    return Stream.of(Version.HTTP_1_1, Version.HTTP_2)
        .flatMap(v -> Stream.of(Arguments.of(v, true), Arguments.of(v, false)));
  }

  private void serve(Version version, boolean onLoop, Handler handler) throws Exception {
    serve(version, onLoop, b -> b, handler);
  }

  /** The first request of a connection may be one of HTTP/1.1 in any case: it asks for the upgrade. */
  private void serve(
      Version version, boolean onLoop, UnaryOperator<HttpServer.Builder> options, Handler handler)
      throws Exception {
    HttpServer.Builder builder =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(r -> r.path().equals("/version") ? Reply.of(204) : handler.handle(r));
    server = options.apply(onLoop ? builder.onEventLoop() : builder).start();
    client = HttpClient.newBuilder().version(version).build();
    assertEquals(version, send(request("/version")).version());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static byte[] read(Object body) throws IOException {
    return body == null ? new byte[0] : ((InputStream) body).readAllBytes();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aRequestIsWhatItWasSent(Version version, boolean onLoop) throws Exception {
    serve(
        version,
        onLoop,
        r ->
            Reply.text(
                String.join(
                    " ",
                    r.method(),
                    r.path(),
                    r.query(),
                    r.scheme(),
                    r.headers().get("Host"),
                    r.headers().get("x-two"),
                    String.valueOf(r.body()))));
    HttpResponse<String> response =
        send(request("/a%20b?c=d").header("X-Two", "1").header("X-Two", "2"));
    assertEquals("GET /a%20b c=d http localhost:" + server.port() + " 1,2 null", response.body());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void bodiesOfAllSizesComeBack(Version version, boolean onLoop) throws Exception {
    serve(version, onLoop, r -> Reply.of(200).body(r.body()));
    Random random = new Random(7);
    for (int size : new int[] {1, 100, 16_384, 16_385, 70_000, 3_000_000}) {
      byte[] body = new byte[size];
      random.nextBytes(body);
      HttpRequest.Builder post =
          request("/echo")
              .POST(
                  size % 2 == 0
                      ? BodyPublishers.ofByteArray(body)
                      : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
      assertArrayEquals(body, sendForBytes(post).body());
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void everyKindOfBodyIsSent(Version version, boolean onLoop, @TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "a file");
    BodyWriter writer = out -> out.write("written".getBytes(StandardCharsets.UTF_8));
    Map<String, Object> bodies =
        Map.of(
            "/text",
            "text",
            "/bytes",
            "bytes".getBytes(StandardCharsets.UTF_8),
            "/stream",
            new ByteArrayInputStream("stream".getBytes(StandardCharsets.UTF_8)),
            "/list",
            List.of("a ", "list"),
            "/file",
            file,
            "/writer",
            writer);
    serve(version, onLoop, r -> Reply.of(200).body(bodies.get(r.path())));
    assertEquals("text", send(request("/text")).body());
    assertEquals("bytes", send(request("/bytes")).body());
    assertEquals("stream", send(request("/stream")).body());
    assertEquals("a list", send(request("/list")).body());
    assertEquals("a file", send(request("/file")).body());
    assertEquals("written", send(request("/writer")).body());
    assertEquals("", send(request("/none")).body());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void headAndEmptyStatusesHaveNoBody(Version version, boolean onLoop) throws Exception {
    serve(version, onLoop, r -> Reply.of(Integer.parseInt(r.path().substring(1))).body("dropped"));
    HttpResponse<String> head = send(request("/200").method("HEAD", BodyPublishers.noBody()));
    assertEquals("7", head.headers().firstValue("content-length").orElse(""));
    assertEquals("", head.body());
    for (int status : new int[] {204, 304}) {
      HttpResponse<String> response = send(request("/" + status));
      assertEquals(status, response.statusCode());
      assertEquals("", response.body());
    }
    assertEquals("dropped", send(request("/404")).body());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aHandlerThatFailsIsA500AndTheNextRequestIsServed(Version version, boolean onLoop)
      throws Exception {
    serve(
        version,
        onLoop,
        r -> {
          if (r.path().equals("/fail")) {
            throw new IllegalStateException("wanted by the test");
          }
          return Reply.of(200).header(r.path().equals("/bad") ? "a b" : "ab", "c").body("fine");
        });
    assertEquals(500, send(request("/fail")).statusCode());
    assertEquals(500, send(request("/bad")).statusCode());
    assertEquals("fine", send(request("/fine")).body());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void bodiesAreCompressedAsTheClientAsks(Version version, boolean onLoop) throws Exception {
    String text = "compressible ".repeat(1000);
    serve(version, onLoop, b -> b.compression(Compression.standard()), r -> Reply.text(text));
    HttpResponse<byte[]> response = sendForBytes(request("/").header("accept-encoding", "gzip"));
    assertEquals("gzip", response.headers().firstValue("content-encoding").orElse(""));
    assertTrue(response.body().length < text.length() / 10);
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
    assertEquals(text, new String(plain, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anExpectationIsMet(Version version, boolean onLoop) throws Exception {
    serve(version, onLoop, r -> Reply.of(200).body(r.body()));
    HttpResponse<String> response =
        send(request("/").expectContinue(true).POST(BodyPublishers.ofString("expected")));
    assertEquals("expected", response.body());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBodyOverTheLimitIsA413(Version version, boolean onLoop) throws Exception {
    serve(version, onLoop, b -> b.maxRequestBodyBytes(10), r -> Reply.of(200).body(r.body()));
    assertEquals("short", send(request("/").POST(BodyPublishers.ofString("short"))).body());
    HttpRequest.Builder large = request("/").POST(BodyPublishers.ofByteArray(new byte[11]));
    assertEquals(413, send(large).statusCode());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aLargeHeaderIsA431(Version version, boolean onLoop) throws Exception {
    serve(version, onLoop, r -> Reply.text("never"));
    assertEquals(431, send(request("/").header("x", "y".repeat(9000))).statusCode());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void asynchronousAnswersAreAwaited(Version version, boolean onLoop) throws Exception {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    serve(
        version,
        onLoop,
        b ->
            b.application(
                new JavaApplication(
                    r -> r.path().equals("/version") ? Reply.of(204) : (Object) answer)),
        r -> null);
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request("/").build(), BodyHandlers.ofString());
    assertFalse(response.isDone());
    answer.complete(Reply.text("later"));
    assertEquals("later", response.get(20, TimeUnit.SECONDS).body());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBodyThatFailsIsNotTakenForComplete(Version version, boolean onLoop) throws Exception {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("wanted by the test");
          }

          @Override
          public int read(byte[] to, int at, int n) throws IOException {
            return read();
          }
        };
    serve(
        version,
        onLoop,
        r ->
            Reply.of(200)
                .body(
                    new java.io.SequenceInputStream(
                        new ByteArrayInputStream(new byte[100]), failing)));
    assertThrows(IOException.class, () -> send(request("/")));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void manyRequestsAtOnceAreAllAnswered(Version version, boolean onLoop) throws Exception {
    serve(version, onLoop, r -> Reply.text(r.path() + new String(read(r.body()))));
    List<CompletableFuture<HttpResponse<String>>> all =
        Stream.iterate(0, i -> i + 1)
            .limit(100)
            .map(
                i ->
                    client.sendAsync(
                        request("/" + i).POST(BodyPublishers.ofString("-" + i)).build(),
                        BodyHandlers.ofString()))
            .toList();
    for (int i = 0; i < all.size(); i++) {
      assertEquals("/" + i + "-" + i, all.get(i).get(30, TimeUnit.SECONDS).body());
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aHandlerWithoutRoomIsA503(Version version, boolean onLoop) throws Exception {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    serve(
        version,
        onLoop,
        b ->
            b.maxRequestsInFlight(1)
                .application(
                    new JavaApplication(
                        r -> r.path().equals("/version") ? Reply.of(204) : (Object) answer)),
        r -> null);
    CompletableFuture<HttpResponse<String>> first =
        client.sendAsync(request("/").build(), BodyHandlers.ofString());
    CompletableFuture<HttpResponse<String>> second =
        client.sendAsync(request("/").build(), BodyHandlers.ofString());
    Object rejected = CompletableFuture.anyOf(first, second).get(20, TimeUnit.SECONDS);
    assertEquals(503, ((HttpResponse<?>) rejected).statusCode());
    answer.complete(Reply.text("in"));
    assertEquals(
        List.of(200, 503),
        Arrays.asList(first.get(20, TimeUnit.SECONDS), second.get(20, TimeUnit.SECONDS)).stream()
            .map(HttpResponse::statusCode)
            .sorted()
            .toList());
  }
}
