package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.RawClient;

/**
 * One row for each way in which a request may be malformed. Two servers that read it differently
 * could be played off against each other: so it is refused, and what follows it is not read.
 */
class BadInputTest {

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final AtomicInteger HANDLED = new AtomicInteger();
  private static HttpServer server;

  @BeforeAll
  static void start() {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .handler(
                r -> {
                  HANDLED.incrementAndGet();
                  InputStream body = (InputStream) r.body();
                  return Reply.text("read " + (body == null ? 0 : body.readAllBytes().length));
                })
            .start();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  /** Writes the bytes of a row, in which a backslash stands before what cannot be seen. */
  private static String bytes(String row) {
    return row.translateEscapes().replace("~", "\u007f");
  }

  private static void assertRefused(int status, String bytes) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      RawClient.Response response =
          client.send(bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n").read();
      assertEquals(status, response.status(), response.head() + response.text());
      assertEquals("Close", response.header("connection"));
      assertTrue(client.atEnd());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        // lines
        "400|GET / HTTP/1.1\\nHost: a\\n\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\nX: y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: y\\r\\n\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\rb\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\r\\n b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\r\\n\\tb\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\n Host: a\\r\\n\\r\\n",
        // names and values
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX : y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\t: y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\n: y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX y: z\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX(: z\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\0: z\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\0b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\1b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\13b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a~b\\r\\n\\r\\n",
        // the request line
        "400|GET  / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET / HTTP/1.1 \\r\\nHost: a\\r\\n\\r\\n",
        "400|GET / a HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET /\\0 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|G@T / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400| GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET / http/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET /\\r\\n\\r\\n",
        "505|GET / HTTP/3.0\\r\\nHost: a\\r\\n\\r\\n",
        // whom it is for
        "400|GET / HTTP/1.1\\r\\nX: y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nhost: a\\r\\nHOST: b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a/b\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: u@a\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a:port\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: a:99999\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: [::1\\r\\n\\r\\n",
        "400|GET http://b/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET http://a:81/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET http://u@a/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET http:///x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET a:80 HTTP/1.1\\r\\nHost: a:80\\r\\n\\r\\n",
        "400|GET * HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|GET x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|CONNECT / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|CONNECT a HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400|CONNECT b:1 HTTP/1.1\\r\\nHost: a:1\\r\\n\\r\\n",
        // how long it is
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: +1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 0x1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1 1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length:\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1, 2\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1\\r\\nContent-Length: 1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 1\\r\\n\\r\\n",
        "400|POST / HTTP/1.0\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "501|POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n",
        "501|POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n",
        "400|POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: xchunked\\r\\n\\r\\n"
      })
  void neverReachesTheHandler(int status, String row) throws Exception {
    int before = HANDLED.get();
    assertRefused(status, bytes(row));
    assertEquals(before, HANDLED.get());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TE: chunked, chunked",
        "chunked, gzip",
        "chunked;q=1",
        "\"chunked\"",
        "chunked,",
        ", chunked"
      })
  void aTransferCodingThatIsNotExactlyChunkedIsRefused(String value) throws Exception {
    String coding = value.replace("TE: ", "");
    int before = HANDLED.get();
    try (RawClient client = new RawClient(server.port())) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + coding + "\r\n\r\n");
      int status = client.read().status();
      assertTrue(status == 400 || status == 501, "" + status);
      assertTrue(client.atEnd());
    }
    assertEquals(before, HANDLED.get());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\r\\n",
        "-1\\r\\na\\r\\n",
        "+1\\r\\na\\r\\n",
        "0x1\\r\\na\\r\\n",
        "1g\\r\\na\\r\\n",
        " 1\\r\\na\\r\\n",
        "1\\na\\r\\n",
        "1\\r\\nab\\r\\n",
        "1\\r\\na\\n",
        "1\\r\\na",
        "10000000000000000\\r\\na\\r\\n",
        "ffffffffffffffff\\r\\na\\r\\n",
        "1;a=\\0\\r\\na\\r\\n",
        "1;a\\nb\\r\\na\\r\\n",
        "1\\r\\na\\r\\n0\\r\\nX : y\\r\\n\\r\\n",
        "1\\r\\na\\r\\n0\\r\\nX\\r\\n\\r\\n",
        "1\\r\\na\\r\\n0\\n\\r\\n"
      })
  void aBadChunkFailsInTheHandlerThatReadsIt(String row) throws Exception {
    assertRefused(400, CHUNKED + bytes(row));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://A:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET https://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "GET http://[::1]:8080/ HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a_b.c-d~1:\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET //a//b HTTP/1.1\r\nHost: a\r\nX:y\t \r\nY:\r\n\r\n"
      })
  void whatIsUnusualButValidIsServed(String request) throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      for (int i = 0; i < 2; i++) {
        assertEquals("read 0", client.send(request).read().text());
      }
    }
  }
}
