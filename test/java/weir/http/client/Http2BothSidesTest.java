package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;

import clojure.lang.Keyword;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
import weir.http.Request;
import weir.http.Response;
import weir.net.tls.Tls;
import weir.stream.Stream;

/** Both sides of this library's HTTP/2, with and without TLS. */
@Timeout(120)
class Http2BothSidesTest {

  /** Fresh connections of the test that makes many; {@code -Dweir.fresh.connections=10000}. */
  private static final int FRESH = Integer.getInteger("weir.fresh.connections", 300);

  private HttpServer server;
  private HttpClient client;
  private String url;

  private void connect(boolean tls, boolean keepAlive) throws Exception {
    X509Bundle certificate = Nghttpd.certificate();
    HttpServer.Builder serving =
        HttpServer.builder()
            .port(0)
            .threadPrefix("test-http2-server")
            .daemon(true)
            .handler(Http2BothSidesTest::handle);
    HttpClient.Builder calling =
        HttpClient.builder()
            .keepAlive(keepAlive)
            .priorKnowledge(true)
            .sslContext(
                Tls.client().trust(certificate.getCertificate()).alpn("h2", "http/1.1").build());
    if (tls) {
      serving
          .sslContext(
              Tls.server()
                  .key(certificate.getKeyPair().getPrivate(), certificate.getCertificate())
                  .alpn("h2", "http/1.1")
                  .build())
          .http2(h -> h.versions("h2", "http/1.1"));
    } else {
      serving.http2(h -> h.versions("h2", "http/1.1").cleartext(true));
    }
    server = serving.start();
    client = calling.build();
    url = (tls ? "https" : "http") + "://localhost:" + server.port() + "/";
  }

  private static Reply handle(Request request) {
    return switch (request.path()) {
      case "/echo" -> Reply.of(200).body(request.body());
      case "/headers" -> Reply.text(request.protocol() + " " + request.headers().get("host"));
      case "/trailers" -> Reply.text(request.protocol() + " " + trailerOf(request));
      case "/moved" -> Reply.of(302).header("location", "/headers");
      case "/sum" -> Reply.text("body").trailers(Map.of("x-sum", "42"));
      default -> Reply.of(404);
    };
  }

  private static String trailerOf(Request request) {
    try (InputStream in = (InputStream) request.body()) {
      in.readAllBytes();
      return request.trailers().await(20, TimeUnit.SECONDS).get("x-sum");
    } catch (Exception e) {
      return e.toString();
    }
  }

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
    server.close();
  }

  private Response send(HttpRequest.Builder request, String path) throws Exception {
    return get(client.send(request.url(url + path).build()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void requestsAndRedirects(boolean tls) throws Exception {
    connect(tls, true);
    Response response = send(HttpRequest.builder().as(BodyMode.STRING), "moved");
    assertEquals("HTTP/2.0 localhost:" + server.port(), response.body());
    assertEquals(404, send(HttpRequest.builder(), "none").status());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void largeBodiesBothWays(boolean tls) throws Exception {
    connect(tls, true);
    byte[] large = new byte[10_000_000];
    new Random(3).nextBytes(large);
    Response response = send(HttpRequest.builder().method("POST").body(large), "echo");
    try (InputStream in = (InputStream) response.body()) {
      assertArrayEquals(large, in.readAllBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConversation(boolean tls) throws Exception {
    connect(tls, true);
    Stream<Object> out = Stream.<Object>builder().build();
    out.put("0");
    Response response = send(HttpRequest.builder().method("POST").body(out), "echo");
    try (InputStream in = (InputStream) response.body()) {
      for (int i = 0; i < 9; i++) {
        assertEquals('0' + i, in.read());
        out.put("" + (i + 1));
      }
      assertEquals('9', in.read());
      out.close();
      assertEquals(-1, in.read());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @SuppressWarnings("unchecked") // a response is a map of anything
  void trailers(boolean tls) throws Exception {
    connect(tls, true);
    Response response = send(HttpRequest.builder().as(BodyMode.STRING), "sum");
    Object trailers = ((Map<Object, Object>) response).get(Keyword.intern("trailers"));
    assertEquals(
        "42",
        ((Deferred<Headers>) assertInstanceOf(Deferred.class, trailers))
            .await(20, TimeUnit.SECONDS)
            .get("x-sum"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void trailersOfRequests(boolean tls) throws Exception {
    connect(tls, true);
    requestTrailers("HTTP/2.0");
  }

  @Test
  void trailersOfRequestsOverHttp1() throws Exception {
    connect(false, true);
    client.close();
    client = HttpClient.builder().build();
    requestTrailers("HTTP/1.1");
  }

  private void requestTrailers(String protocol) throws Exception {
    Supplier<Object> late = () -> Map.of("X-Sum", "late");
    for (Object body : Arrays.asList("body", null, new ByteArrayInputStream(new byte[9]) {})) {
      HttpRequest.Builder request =
          HttpRequest.builder().method("POST").body(body).as(BodyMode.STRING);
      assertEquals(
          protocol + " late",
          send(request.trailers(late), "trailers").body(),
          String.valueOf(body));
    }
    HttpRequest.Builder fixed = HttpRequest.builder().method("POST").body("a").as(BodyMode.STRING);
    assertEquals(
        protocol + " now", send(fixed.trailers(Map.of("x-sum", "now")), "trailers").body());
    HttpRequest.Builder bad = HttpRequest.builder().method("POST").url(url + "trailers");
    assertInstanceOf(
        IllegalArgumentException.class,
        failureOf(client.send(bad.trailers(Map.of("host", "x")).build())));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyAtOnce(boolean tls) throws Exception {
    connect(tls, true);
    List<Deferred<Response>> responses = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      HttpRequest request =
          HttpRequest.builder()
              .method("POST")
              .url(url + "echo")
              .body("number " + i)
              .as(BodyMode.STRING)
              .build();
      responses.add(client.send(request));
    }
    for (int i = 0; i < 2000; i++) {
      assertEquals("number " + i, get(responses.get(i)).body());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(900)
  void freshConnectionsLoseNothing(boolean tls) throws Exception {
    connect(tls, false);
    HttpRequest request = HttpRequest.get(url + "headers").as(BodyMode.STRING).build();
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
                  if (!((Response) response).body().toString().startsWith("HTTP/2.0")) {
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

  /** As over HTTP/1.1, but that the connection goes on. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRequestWhoseHeaderIsTooLargeIsAnswered431(boolean tls) throws Exception {
    connect(tls, true);
    String large = "y".repeat(9000);
    assertEquals(
        431,
        get(client.send(HttpRequest.get(url + "headers").header("x", large).build())).status());
    InputStream body = new ByteArrayInputStream(new byte[3_000_000]);
    assertEquals(
        431,
        get(client.send(HttpRequest.post(url + "echo").header("x", large).body(body).build()))
            .status());
    Response next = get(client.send(HttpRequest.get(url + "headers").as(BodyMode.STRING).build()));
    assertEquals(200, next.status());
    assertEquals(1, client.stats().connections());
  }
}
