package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.RawClient;

/** Connections that a handler takes after an Upgrade of HTTP/1.1. */
class HijackUpgradeTest {

  private static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo, other\r\n\r\n";

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  @Test
  void anUpgradeIs101AndNamesTheProtocol() throws Exception {
    server = HttpServer.builder().port(0).handler(HijackTest.echoing(null)).start();
    try (RawClient client = new RawClient(server.port())) {
      assertEquals(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n",
          client.send(UPGRADE).readHead());
      assertEquals("abc", client.send("abc").readText(3));
    }
    server.shutdown(Duration.ZERO).await();
    server =
        HttpServer.builder()
            .port(0)
            .handler(HijackTest.echoing(Map.of("upgrade", "other")))
            .start();
    try (RawClient client = new RawClient(server.port())) {
      assertTrue(client.send(UPGRADE).readHead().contains("\r\nUpgrade: other\r\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nUpgrade: echo\r\nConnection: keep-alive\r\n\r\n"
      })
  void otherRequestsCannotBeHijacked(String request) throws Exception {
    server =
        HttpServer.builder()
            .port(0)
            .handler(
                r -> {
                  assertThrows(IllegalArgumentException.class, () -> r.hijack(null));
                  return Reply.text("http");
                })
            .start();
    try (RawClient client = new RawClient(server.port())) {
      assertEquals("http", client.send(request).read().text());
      assertEquals("http", client.send(request).read().text());
    }
  }
}
