package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Informational responses. */
@OverBothVersions
class InterimTest {

  @Parameter Protocol protocol;

  private static final Map<String, Object> LINKS = Map.of("link", List.of("</a>", "</b>"));

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  @ParameterizedTest
  @EnumSource(HandlerThreadsTest.Where.class)
  void earlyHintsComeBeforeTheResponse(HandlerThreadsTest.Where where) throws Exception {
    server =
        where
            .builder(protocol)
            .handler(
                r -> {
                  assertTrue(r.inform(103, LINKS));
                  assertTrue(r.inform(102, null));
                  return Reply.text("done");
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      for (int i = 0; i < 3; i++) {
        RawClient.Response hints = client.get("/").read();
        assertEquals(103, hints.status());
        assertEquals(List.of("</a>", "</b>"), hints.headers("link"));
        assertEquals(102, client.read().status());
        assertEquals("done", client.read().text());
      }
    }
  }

  @Test
  void theyAreSentWhileTheHandlerWorks() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    server =
        protocol
            .server()
            .port(0)
            .handler(
                r -> {
                  r.inform(103, LINKS);
                  assertTrue(seen.await(20, TimeUnit.SECONDS));
                  return Reply.text("done");
                })
            .start();
    try (RawClient client = protocol.client(server.port()).get("/")) {
      assertEquals(103, client.read().status());
      seen.countDown();
      assertEquals("done", client.read().text());
    }
  }

  @Test
  void theyWaitForTheResponsesBefore() throws Exception {
    Deferred<Reply> first = Deferred.create(null);
    Deferred<Reply> second = Deferred.create(null);
    CountDownLatch informed = new CountDownLatch(1);
    server =
        protocol
            .server()
            .port(0)
            .asyncHandler(
                r -> {
                  if (r.path().equals("/1")) {
                    return first;
                  }
                  assertTrue(r.inform(103, LINKS));
                  informed.countDown();
                  return second;
                })
            .start();
    try (RawClient client = protocol.client(server.port()).get("/1").get("/2")) {
      assertTrue(informed.await(20, TimeUnit.SECONDS));
      first.complete(Reply.text("1"));
      assertEquals("1", client.read().text());
      assertEquals(103, client.read().status());
      second.complete(Reply.text("2"));
      assertEquals("2", client.read().text());
    }
  }

  @Test
  void afterTheResponseItIsTooLate() throws Exception {
    CompletableFuture<Request> request = new CompletableFuture<>();
    server =
        protocol
            .server()
            .port(0)
            .handler(
                r -> {
                  request.complete(r);
                  return Reply.text("done");
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      assertEquals("done", client.get("/").read().text());
      request.get(20, TimeUnit.SECONDS).inform(103, LINKS);
      assertEquals("done", client.get("/").read().text());
    }
  }

  @Test
  void whatCannotBeInformationIsRefused() {
    for (int status : new int[] {99, 100, 101, 200}) {
      assertThrows(IllegalArgumentException.class, () -> Interim.head(status, null));
    }
    assertThrows(
        IllegalArgumentException.class, () -> Interim.head(103, Map.of("content-length", "1")));
    assertThrows(
        IllegalArgumentException.class, () -> Interim.head(103, Map.of("link", "a\r\nb: c")));
    server = protocol.server().port(0).handler(r -> null).start();
  }
}
