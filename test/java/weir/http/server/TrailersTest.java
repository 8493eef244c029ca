package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.BodyWriter;
import weir.http.Handler;
import weir.http.Headers;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Fields behind the body, of requests and of responses. */
@OverBothVersions
class TrailersTest {

  @Parameter Protocol protocol;

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private RawClient serve(Handler handler) throws Exception {
    server = protocol.server().port(0).eventLoopThreads(1).handler(handler).start();
    return protocol.client(server.port());
  }

  // ---- of requests

  @Test
  void trailersOfARequestAreThereWhenItsBodyHasEnded() throws Exception {
    try (RawClient client =
        serve(
            r -> {
              Deferred<Headers> trailers = r.trailers();
              boolean early = trailers.realized();
              ((InputStream) r.body()).readAllBytes();
              Headers fields = trailers.await(20, TimeUnit.SECONDS);
              return Reply.text(early + " " + fields.get("x-sum") + " " + fields.get("x-none"));
            })) {
      client.send(CHUNKED).send("3\r\nabc\r\n");
      // The handler runs when the head has come; the rest comes when it has asked.
      client.send("0\r\nX-Sum: 6\r\n\r\n");
      String text = client.read().text();
      assertTrue(text.endsWith(" 6 null"), text);
      client.send(CHUNKED + "0\r\n\r\n");
      assertTrue(client.read().text().endsWith(" null null"));
    }
  }

  @Test
  void aRequestWithoutChunksHasNone() throws Exception {
    try (RawClient client =
        serve(r -> Reply.text("" + r.trailers().await(20, TimeUnit.SECONDS).get("x")))) {
      assertEquals("null", client.get("/").read().text());
    }
  }

  @Test
  void trailersFailWithTheBody() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (RawClient client =
        serve(
            r -> {
              try {
                r.trailers().await(20, TimeUnit.SECONDS);
              } catch (Exception e) {
                failure.complete(e);
              }
              return Reply.text("x");
            })) {
      client.send(CHUNKED + "1\r\na\r\n");
      client.leave();
      assertInstanceOf(IOException.class, failure.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void trailersOverTheLimitOfHeadersAreRefused() throws Exception {
    try (RawClient client =
        serve(r -> Reply.text("" + ((InputStream) r.body()).readAllBytes().length))) {
      client.send(CHUNKED).send("1\r\na\r\n0\r\nX: " + "y".repeat(9000) + "\r\n\r\n");
      RawClient.Response response = client.read();
      assertEquals(431, response.status());
      client.assertLast(response);
    }
  }

  // ---- of responses

  static List<Object> waysToGiveThem() {
    Map<String, String> fields = Map.of("x-sum", "7");
    return List.of(
        fields,
        (Supplier<Object>) () -> fields,
        Deferred.of(fields),
        CompletableFuture.completedFuture(fields),
        (Supplier<Object>) () -> Deferred.of(fields));
  }

  @ParameterizedTest
  @MethodSource("waysToGiveThem")
  void trailersFollowEveryKindOfBodyInChunks(Object trailers) throws Exception {
    List<Supplier<Object>> bodies =
        List.of(
            () -> null,
            () -> "text",
            () -> "long ".repeat(10_000),
            () -> new byte[] {1, 2},
            () -> new ByteArrayInputStream(new byte[100]),
            () -> List.of("a", "b"),
            () -> (BodyWriter) out -> out.write(65));
    for (Supplier<Object> body : bodies) {
      try (RawClient client = serve(r -> Reply.of(200).body(body.get()).trailers(trailers))) {
        for (int i = 0; i < 2; i++) {
          RawClient.Response response = client.get("/").read();
          client.assertStreamed(response.head());
          assertEquals(List.of("7"), response.trailers("x-sum"), "body " + body.get());
        }
      }
      server.shutdown(Duration.ZERO).await();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD / HTTP/1.1", "GET /204 HTTP/1.1"})
  void whereThereIsNoBodyThereAreNoTrailers(String line) throws Exception {
    try (RawClient client =
        serve(
            r ->
                Reply.of(r.path().equals("/204") ? 204 : 200)
                    .body("text")
                    .trailers(Map.of("x", "y")))) {
      for (int i = 0; i < 2; i++) {
        client.send(line + "\r\nHost: a\r\n\r\n");
        RawClient.Response response = client.read(line.startsWith("HEAD"));
        assertFalse(response.head().contains("chunked"));
        assertEquals("", response.text() + response.trailers());
      }
    }
  }

  @Test
  void severalValuesAreSeveralFieldsAndNoneIsNone() throws Exception {
    try (RawClient client =
        serve(r -> Reply.text("x").trailers(Map.of("a", Arrays.asList("1", 2), "b", List.of())))) {
      RawClient.Response response = client.get("/").read();
      assertEquals(List.of("1", "2"), response.trailers("a"));
      assertEquals(List.of(), response.trailers("b"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"content-length", "Transfer-Encoding", "set-cookie", "host", "a b"})
  void whatMustNotBeATrailerIsA500(String name) throws Exception {
    try (RawClient client = serve(r -> Reply.text("x").trailers(Map.of(name, "1")))) {
      RawClient.Response response = client.get("/").read();
      assertEquals(500, response.status());
      assertNull(response.header(name.equals("content-length") ? "none" : name));
    }
  }

  @Test
  void valuesCannotEndTheLine() throws Exception {
    try (RawClient client = serve(r -> Reply.text("x").trailers(Map.of("a", "1\r\nb: 2")))) {
      assertEquals(500, client.get("/").read().status());
    }
  }

  @Test
  void trailersThatFailAtTheEndCutTheBody() throws Exception {
    Supplier<Object> failing =
        () -> {
          throw new IllegalStateException("wanted by the test");
        };
    try (RawClient client = serve(r -> Reply.text("x").trailers(failing))) {
      assertThrows(EOFException.class, () -> client.get("/").read());
    }
  }
}
