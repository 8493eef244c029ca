package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.RawClient;

/** Requests that no handler may see. */
class RefusalTest {

  private final AtomicInteger handled = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .handler(
                r -> {
                  handled.incrementAndGet();
                  return Reply.text("handled");
                })
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | GARBAGE\\r\\n\\r\\n",
        "400 | GET / HTTP/1.1\\r\\n\\r\\n",
        "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n",
        "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nno colon\\r\\n\\r\\n",
        "400 | GET / HTTP/1.1\\r\\nHost : a\\r\\n\\r\\n",
        "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\u0000b\\r\\n\\r\\n",
        "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: -1\\r\\n\\r\\n",
        "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: x\\r\\n\\r\\n",
        "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\na",
        "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "400 | POST / HTTP/1.0\\r\\nContent-Length: 3\\r\\nContent-Length: 4\\r\\n\\r\\nabcd",
        "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\r\\n folded\\r\\n\\r\\n",
        "400 | GET /\\r HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400 | GET  / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400 | GET / HTtP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400 | \\u0000GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400 | GET / HTTP/1.1\\nHost: a\\n\\n",
        "501 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n",
        "505 | GET / HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n"
      })
  void isAnsweredWithItsStatusAndTheConnectionEnds(int status, String request) throws Exception {
    String bytes = request.replace("\\r", "\r").replace("\\n", "\n").replace("\\u0000", "\u0000");
    try (RawClient client = new RawClient(server.port())) {
      RawClient.Response response = client.send(bytes).read();
      assertEquals(status, response.status(), response.head());
      assertEquals("Close", response.header("connection"));
      assertEquals("" + response.body().length, response.header("content-length"));
      assertTrue(client.atEnd());
      assertEquals(0, handled.get());
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 3, 3, 400", "true, 3, 3, 200", "true, 3, 2, 400", "true, 3, x, 400"})
  void severalLengthsAreOneIfTheyAreEqualAndItIsAllowed(
      boolean allowed, String first, String second, int status) throws Exception {
    server.shutdown(Duration.ZERO).await();
    server =
        HttpServer.builder()
            .port(0)
            .allowDuplicateContentLengths(allowed)
            .initialBufferBytes(16)
            .handler(r -> Reply.text("" + ((InputStream) r.body()).readAllBytes().length))
            .start();
    String lines = "Content-Length: " + first + "\r\nContent-Length: " + second + "\r\n";
    String list = "Content-Length: " + first + ", " + second + "\r\n";
    for (String lengths : new String[] {lines, list}) {
      try (RawClient client = new RawClient(server.port())) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\n" + lengths + "\r\nabc");
        RawClient.Response response = client.read();
        assertEquals(status, response.status(), lengths);
        assertEquals(status == 200 ? "3" : "Bad Request", response.text());
      }
    }
  }

  @Test
  void aRequestLineThatIsTooLongIs414() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      assertEquals(414, client.get("/" + "a".repeat(9000)).read().status());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void headersThatAreTooLargeAre431() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      String large = "X: " + "a".repeat(9000);
      client.send("GET / HTTP/1.1\r\nHost: a\r\n" + large + "\r\n\r\n");
      assertEquals(431, client.read().status());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void requestsBeforeTheBadOneAreAnsweredFirst() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
      assertEquals(200, client.read().status());
      assertEquals(400, client.read().status());
      assertTrue(client.atEnd());
      assertEquals(1, handled.get());
    }
  }
}
