package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.PersistentVector;
import java.io.IOException;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.http.HttpServer;
import weir.http.RingRequest;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Status lines and header fields of Ring responses. */
@OverBothVersions
class ResponseHeadsTest {

  @Parameter Protocol protocol;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private static Keyword key(String name) {
    return Keyword.intern(name);
  }

  private static Object map(Object... keysAndValues) {
    return new PersistentArrayMap(keysAndValues);
  }

  private RawClient.Response answer(Object ringResponse) throws IOException {
    Application application =
        new Application() {
          @Override
          public Object handle(RingRequest request) {
            return ringResponse;
          }

          @Override
          public Object onError(RingRequest request, Throwable error) {
            return map(key("status"), 500L, key("body"), error.getMessage());
          }

          @Override
          public Object onRejected(RingRequest request) {
            return null;
          }
        };
    server = protocol.server().port(0).eventLoopThreads(1).application(application).start();
    try (RawClient client = protocol.client(server.port())) {
      RawClient.Response response = client.get("/").read();
      assertEquals(undated(response), undated(client.get("/").read()));
      return response;
    }
  }

  /** Returns a head whose second does not show. */
  private static String undated(RawClient.Response response) {
    return response.head().replaceAll("(?i)(date: ).*", "$1");
  }

  private RawClient.Response answerHeaders(Object... namesAndValues) throws IOException {
    return answer(map(key("status"), 200L, key("headers"), map(namesAndValues)));
  }

  /** RFC 9113 §8.2: in HTTP/2 all names are in lower case. */
  @Test
  void namesAreSpelledTheUsualWay() throws Exception {
    String head =
        answerHeaders("x-foo-bar", "1", "X-FOO", "2", "etag", "3", key("www-authenticate"), "4")
            .head();
    for (String line : List.of("X-Foo-Bar: 1", "X-Foo: 2", "ETag: 3", "WWW-Authenticate: 4")) {
      String spelled = protocol == Protocol.HTTP_2 ? line.toLowerCase(Locale.ROOT) : line;
      assertTrue(head.contains("\r\n" + spelled + "\r\n"), head);
    }
  }

  @Test
  void valuesOfManyTypesAreWritten() throws Exception {
    RawClient.Response response =
        answerHeaders(
            "a", 1L, "b", key("k"), "c", new Date(0), "d", PersistentVector.create("x", 2L));
    assertEquals("1", response.header("a"));
    assertEquals(":k", response.header("b"));
    assertEquals("Thu, 01 Jan 1970 00:00:00 GMT", response.header("c"));
    assertEquals(List.of("x", "2"), response.headers("d"));
  }

  @Test
  void anEmptySequenceOfValuesIsNoHeader() throws Exception {
    assertNull(answerHeaders("a", PersistentVector.EMPTY).header("a"));
  }

  @Test
  void dateAndServerAreAddedUnlessGiven() throws Exception {
    RawClient.Response response = answerHeaders();
    assertNotNull(response.header("date"));
    assertEquals("Weir", response.header("server"));
    server.shutdown(Duration.ZERO).await();
    response = answerHeaders("Server", "mine", "date", "today");
    assertEquals(List.of("mine"), response.headers("server"));
    assertEquals(List.of("today"), response.headers("date"));
  }

  @Test
  void plainTextIsUtf8() throws Exception {
    assertEquals(
        "text/plain; charset=UTF-8",
        answerHeaders("content-type", "text/plain").header("content-type"));
  }

  /** aleph #778: two spellings of a header that may stand only once. */
  @Test
  void theLastSpellingOfASingletonWins() throws Exception {
    RawClient.Response response = answerHeaders("Content-Type", "text/a", "content-type", "text/b");
    assertEquals(List.of("text/b"), response.headers("content-type"));
  }

  @Test
  void aTransferEncodingOfTheApplicationIsNotSent() throws Exception {
    RawClient.Response response = answerHeaders("transfer-encoding", "chunked");
    assertNull(response.header("transfer-encoding"));
    assertEquals("0", response.header("content-length"));
  }

  static List<Object> badResponses() {
    return List.of(
        map(key("status"), 0L),
        map(key("status"), 99L),
        map(key("status"), 101L),
        map(key("status"), 1000L),
        map(key("status"), "abc"),
        map(key("status"), null),
        map(key("status"), key("ok")),
        map(key("status"), 200L, key("headers"), "none"),
        map(key("status"), 200L, key("headers"), map("a", null)),
        map(key("status"), 200L, key("headers"), map("a", "x\r\nSet-Cookie: stolen")),
        map(key("status"), 200L, key("headers"), map("a", "x\ny")),
        map(key("status"), 200L, key("headers"), map("a\r\nb", "x")),
        map(key("status"), 200L, key("headers"), map("a b", "x")),
        map(key("status"), 200L, key("headers"), map("", "x")),
        map(key("status"), 200L, key("headers"), map(7L, "x")),
        map(key("status"), 200L, key("headers"), map("a", PersistentVector.create("x", null))),
        map(key("status"), 200L, key("headers"), map("content-length", "many")),
        map(key("status"), 200L, key("body"), 12L),
        map(key("status"), 200L, key("body"), key("k")),
        "a string",
        12L,
        Boolean.FALSE);
  }

  /** Each is found out before a byte is sent, and the connection goes on. */
  @ParameterizedTest
  @MethodSource("badResponses")
  void aBadResponseIsA500ThatSaysWhy(Object response) throws Exception {
    RawClient.Response answered = answer(response);
    assertEquals(500, answered.status());
    assertTrue(answered.text().contains("expected"), answered.text());
  }

  @Test
  void theStatusMayBeADoubleOrANumericString() throws Exception {
    assertEquals(201, answer(map(key("status"), 201.9)).status());
    server.shutdown(Duration.ZERO).await();
    assertEquals(202, answer(map(key("status"), "202")).status());
    server.shutdown(Duration.ZERO).await();
    assertEquals(200, answer(map(key("body"), "x")).status());
  }
}
