package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.Headers;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Response;
import weir.http.multipart.Multipart;
import weir.http.multipart.Part;
import weir.net.tls.Alpn;
import weir.net.tls.Tls;
import weir.stream.Stream;
import weir.testing.Await;

/** What programs see of HTTP/2: the same as of HTTP/1.1, against nghttp2's server. */
@Timeout(120)
class Http2ClientTest {

  /** Fresh connections of the tests that make many; {@code -Dweir.fresh.connections=10000}. */
  private static final int FRESH = Integer.getInteger("weir.fresh.connections", 300);

  @TempDir static Path files;

  private static final byte[] LARGE = new byte[3_000_000];
  private static X509Bundle certificate;
  private static Nghttpd plain;
  private static Nghttpd secure;

  private final List<HttpClient> clients = new ArrayList<>();

  @BeforeAll
  static void serve() throws Exception {
    new Random(7).nextBytes(LARGE);
    Files.writeString(files.resolve("small.txt"), "small");
    Files.write(files.resolve("large.bin"), LARGE);
    certificate = Nghttpd.certificate();
    plain = Nghttpd.plain(files, "--trailer=x-sum: 42");
    secure = Nghttpd.secure(files, certificate);
  }

  @AfterAll
  static void stop() {
    plain.close();
    secure.close();
  }

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    for (HttpClient each : clients) {
      assertNoneLeft(each);
    }
  }

  private HttpClient of(HttpClient.Builder builder) {
    HttpClient made = builder.build();
    clients.add(made);
    return made;
  }

  private HttpClient h2c() {
    return of(HttpClient.builder().priorKnowledge(true));
  }

  private static SslContext trusting(String... alpn) {
    return Tls.client().trust(certificate.getCertificate()).alpn(alpn).build();
  }

  private HttpClient overTls() {
    return of(HttpClient.builder().sslContext(trusting("h2", "http/1.1")));
  }

  private static HttpRequest.Builder small(Nghttpd server) {
    return HttpRequest.get(server.url() + "small.txt").as(BodyMode.STRING);
  }

  // ---- which version

  @Test
  void httpsIsHttp2WhereTheServerHasIt() throws Exception {
    Response response = get(of(HttpClient.builder().insecure()).send(small(secure).build()));
    assertEquals("small", response.body());
    assertEquals("HTTP/2.0", response.protocol());
    assertNull(response.reasonPhrase());
    assertFalse(response.headers().contains(":status"));
  }

  @Test
  void http11IsSpokenToThoseThatHaveNothingElse() throws Exception {
    try (HttpServer server = http1Server()) {
      String url = "https://localhost:" + server.port() + "/";
      for (String[] versions : new String[][] {{"h2", "http/1.1"}, {"h2"}, {"http/1.1"}}) {
        HttpClient client =
            of(HttpClient.builder().sslContext(trusting(versions)).httpVersions(versions));
        assertEquals("HTTP/1.1", get(client.send(HttpRequest.get(url).build())).protocol());
      }
    }
  }

  private static HttpServer http1Server() throws Exception {
    return HttpServer.builder()
        .port(0)
        .threadPrefix("test-http1-server")
        .daemon(true)
        .sslContext(
            Tls.server()
                .key(certificate.getKeyPair().getPrivate(), certificate.getCertificate())
                .build())
        .handler(request -> Reply.of(200).body("hello"))
        .start();
  }

  /** RFC 9113 §3.3: but parallel requests must not wait for one another where it has not HTTP/2. */
  @Test
  void parallelRequestsToAnHttp11ServerGetConnectionsOfTheirOwn() throws Exception {
    try (HttpServer server = http1Server()) {
      HttpClient client = overTls();
      String url = "https://localhost:" + server.port() + "/";
      List<Deferred<Response>> responses = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        responses.add(client.send(HttpRequest.get(url).as(BodyMode.STRING).build()));
      }
      for (Deferred<Response> each : responses) {
        assertEquals("hello", get(each).body());
      }
    }
  }

  @Test
  void onlyHttp11IsSpokenIfOnlyThatIsWanted() throws Exception {
    HttpClient client = of(HttpClient.builder().insecure().httpVersions("http/1.1"));
    failureOf(client.send(small(secure).build())); // nghttpd has HTTP/2 only
  }

  @Test
  void parallelHttpsRequestsShareOneConnection() throws Exception {
    HttpClient client = overTls();
    List<Deferred<Response>> responses = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      responses.add(client.send(small(secure).build()));
    }
    for (Deferred<Response> each : responses) {
      assertEquals("small", get(each).body());
    }
    assertEquals(1, client.stats().connections());
  }

  @Test
  void contextAndVersionsMustAgree() {
    assertThrows(
        ExceptionInfo.class,
        () -> HttpClient.builder().sslContext(trusting("h2")).httpVersions("http/1.1").build());
    assertThrows(
        ExceptionInfo.class,
        () ->
            HttpClient.builder().sslContext(Tls.client().build()).httpVersions(Alpn.HTTP2).build());
    assertThrows(IllegalArgumentException.class, () -> HttpClient.builder().httpVersions("http/3"));
    assertThrows(IllegalArgumentException.class, () -> HttpClient.builder().httpVersions());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> HttpClient.builder().httpVersions("http/1.1").priorKnowledge(true).build());
    assertTrue(e.getMessage().startsWith("force-h2c? may only be true"), e::getMessage);
  }

  /** Nothing is lost between the connection and the codec. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(900)
  void freshConnectionsLoseNothing(boolean tls) throws Exception {
    HttpClient client =
        of(
            HttpClient.builder()
                .keepAlive(false)
                .priorKnowledge(true)
                .sslContext(trusting("h2", "http/1.1")));
    HttpRequest request = small(tls ? secure : plain).build();
    Semaphore running = new Semaphore(16);
    List<Object> failures = new CopyOnWriteArrayList<>();
    for (int i = 0; i < FRESH; i++) {
      running.acquire();
      client
          .send(request)
          .listen(
              new Callback() {
                @Override
                protected void onSuccess(Object response) {
                  if (!"small".equals(((Response) response).body())) {
                    failures.add(response);
                  }
                  running.release();
                }

                @Override
                protected void onError(Object error) {
                  failures.add(error);
                  running.release();
                }
              });
    }
    running.acquire(16);
    assertEquals(List.of(), failures);
  }

  // ---- requests

  @Test
  void aHeadIsAsHttp2HasIt() throws Exception {
    HttpRequest request =
        small(plain)
            .url(plain.url() + "a%20b?c=d")
            .header("X-Custom", "v")
            .header("Host", "other.example:81")
            .header("Connection", "close")
            .header("Keep-Alive", "5")
            .header("TE", "trailers")
            .build();
    get(h2c().send(request));
    String log = plain.log();
    for (String field :
        List.of(
            ":method: GET",
            ":path: /a%20b?c=d",
            ":scheme: http",
            ":authority: other.example:81",
            "x-custom: v",
            "te: trailers")) {
      Await.until(field, () -> plain.log().contains(field));
    }
    assertFalse(log.contains("connection: close"), log);
    assertFalse(log.contains("keep-alive: 5"), log);
  }

  @Test
  void fieldsOfAConnectionAreRefusedWhereHttp2WasAskedFor() throws Exception {
    HttpClient client = of(HttpClient.builder().priorKnowledge(true).httpVersions("h2"));
    Throwable failure = failureOf(client.send(small(plain).header("Connection", "close").build()));
    assertInstanceOf(IllegalArgumentException.class, failure);
    assertTrue(failure.getMessage().contains("connection"), failure::getMessage);
    assertEquals("small", get(client.send(small(plain).build())).body());
  }

  private byte[] echo(HttpRequest.Builder request) throws Exception {
    HttpRequest built = request.method("POST").url(plain.url() + "echo").build();
    Response response = get(h2c().send(built));
    try (InputStream in = (InputStream) response.body()) {
      return in.readAllBytes();
    }
  }

  @Test
  void bodiesOfAllKindsAreSent() throws Exception {
    assertArrayEquals(LARGE, echo(HttpRequest.builder().body(LARGE)));
    assertArrayEquals(LARGE, echo(HttpRequest.builder().body(files.resolve("large.bin"))));
    assertArrayEquals(LARGE, echo(HttpRequest.builder().body(new ByteArrayInputStream(LARGE) {})));
    Stream<Object> stream = Stream.<Object>builder().build();
    stream.put("a");
    stream.put("bc");
    stream.close();
    assertEquals("abc", new String(echo(HttpRequest.builder().body(stream)), "US-ASCII"));
    assertEquals("wxyz", new String(echo(HttpRequest.builder().body("wxyz")), "US-ASCII"));
  }

  @Test
  void formsOfPartsAreSent() throws Exception {
    Multipart form = Multipart.of(List.of(Part.field("title", "Weirs")));
    String sent = new String(echo(HttpRequest.builder().multipart(form)), "UTF-8");
    assertTrue(sent.contains("Weirs"), sent);
  }

  @Test
  void aBodyIsHeldBackUntilTheServerWantsIt() throws Exception {
    assertEquals(
        "later",
        new String(
            echo(HttpRequest.builder().header("Expect", "100-continue").body("later")),
            "US-ASCII"));
  }

  @Test
  void aBodyOfAnotherLengthThanAnnouncedFailsItsRequest() throws Exception {
    HttpRequest request =
        small(plain)
            .method("POST")
            .header("Content-Length", "5")
            .body(new ByteArrayInputStream(new byte[3]) {})
            .build();
    assertInstanceOf(IllegalArgumentException.class, failureOf(h2c().send(request)));
  }

  // ---- responses

  @Test
  void aLargeBodyIsReadWhileItComes() throws Exception {
    Response response = get(overTls().send(HttpRequest.get(secure.url() + "large.bin").build()));
    assertEquals("3000000", response.headers().get("content-length"));
    try (InputStream in = (InputStream) response.body()) {
      assertArrayEquals(LARGE, in.readAllBytes());
    }
  }

  @Test
  void responsesWithoutABodyHaveAnEmptyOne() throws Exception {
    HttpClient client = h2c();
    Response head = get(client.send(small(plain).method("HEAD").as(BodyMode.STREAM).build()));
    assertEquals("5", head.headers().get("content-length"));
    assertEquals("", text(head));
    assertEquals(404, get(client.send(HttpRequest.get(plain.url() + "none").build())).status());
  }

  @Test
  void trailersAreThereWhenTheBodyIs() throws Exception {
    Response response = get(h2c().send(small(plain).build()));
    assertEquals("42", trailers(response).await(20, TimeUnit.SECONDS).get("x-sum"));
  }

  @SuppressWarnings("unchecked") // a response is a map of anything
  private static Deferred<Headers> trailers(Response response) {
    return (Deferred<Headers>) ((Map<Object, Object>) response).get(Keyword.intern("trailers"));
  }

  @Test
  void aConnectionThatNobodyUsesIsClosed() throws Exception {
    HttpClient client =
        of(HttpClient.builder().priorKnowledge(true).idleTimeout(Duration.ofMillis(20)));
    get(client.send(small(plain).build()));
    Await.until("it is closed", () -> client.stats().connections() == 0);
  }
}
