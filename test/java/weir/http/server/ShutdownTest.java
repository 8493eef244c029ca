package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** How a server comes and goes. */
@OverBothVersions
class ShutdownTest {

  @Parameter Protocol protocol;

  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void idleConnectionsAreClosedAtOnceAndNoneIsAccepted() throws Exception {
    HttpServer server = protocol.server().port(0).handler(r -> Reply.text("x")).start();
    int port = server.port();
    try (RawClient idle = protocol.client(port)) {
      assertEquals(200, idle.get("/").read().status());
      Deferred<Boolean> stopped = server.shutdown(LONG);
      assertTrue(idle.atEnd());
      assertEquals(true, stopped.await(20, TimeUnit.SECONDS));
      assertThrows(ConnectException.class, () -> protocol.client(port));
    }
  }

  /** Who restarts a server, at a REPL say, is not answered by the old one over a kept connection. */
  @Test
  void aClientOfAClosedServerIsAnsweredByTheNextOneOnThatPort() throws Exception {
    HttpServer first = protocol.server().port(0).handler(r -> Reply.text("first")).start();
    int port = first.port();
    try (HttpClient client = HttpClient.builder().build()) {
      HttpRequest request = HttpRequest.get("http://localhost:" + port).as(BodyMode.STRING).build();
      assertEquals("first", client.send(request).await(20, TimeUnit.SECONDS).body());
      first.close();
      HttpServer next = protocol.server().port(port).handler(r -> Reply.text("next")).start();
      assertEquals("next", client.send(request).await(20, TimeUnit.SECONDS).body());
      next.shutdown(Duration.ZERO).await();
    }
    assertEquals(true, first.stopped().await(20, TimeUnit.SECONDS));
  }

  @Test
  void whatIsRunningEndsWithConnectionClose() throws Exception {
    Deferred<Reply> reply = Deferred.create(null);
    Deferred<Boolean> called = Deferred.create(null);
    HttpServer server =
        protocol
            .server()
            .port(0)
            .asyncHandler(
                r -> {
                  called.success(true);
                  return reply;
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.get("/");
      called.await(20, TimeUnit.SECONDS);
      Deferred<Boolean> stopped = server.shutdown(LONG);
      Await.until("the listener is closed", () -> !server.channel().isOpen());
      assertFalse(stopped.realized());
      reply.complete(Reply.text("late"));
      RawClient.Response response = client.read();
      assertEquals("late", response.text());
      client.assertLastOfAll(response);
      assertEquals(true, stopped.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void whatOutlastsTheGracePeriodIsCut() throws Exception {
    Deferred<Reply> never = Deferred.create(null);
    Deferred<Boolean> called = Deferred.create(null);
    HttpServer server =
        protocol
            .server()
            .port(0)
            .asyncHandler(
                r -> {
                  called.success(true);
                  return never;
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.get("/");
      called.await(20, TimeUnit.SECONDS);
      assertEquals(false, server.shutdown(Duration.ofMillis(50)).await(20, TimeUnit.SECONDS));
      assertTrue(client.atEnd());
    }
    never.complete(Reply.text("to nobody"));
  }

  @Test
  void aBusyPortIsABindException() throws Exception {
    HttpServer first = protocol.server().port(0).handler(r -> null).start();
    try {
      Throwable busy =
          assertThrows(
              BindException.class,
              () -> protocol.server().port(first.port()).handler(r -> null).start());
      assertNotNull(busy.getMessage());
    } finally {
      first.shutdown(Duration.ZERO).await();
    }
  }

  @Test
  void badOptionsNameTheOptionTheValueAndTheRange() {
    HttpServer.Builder b = HttpServer.builder();
    assertSays("port: 70000 (expected: 0-65535)", () -> b.port(70000));
    assertSays("maxHeaderBytes: 0 (expected: 1 or more)", () -> b.maxHeaderBytes(0));
    assertSays("idleTimeout: PT-1S", () -> b.idleTimeout(Duration.ofSeconds(-1)));
    assertSays("handler: missing", () -> b.port(0).start());
    assertSays("port: missing", () -> protocol.server().handler(r -> null).start());
  }

  private static void assertSays(String text, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(text), message);
  }
}
