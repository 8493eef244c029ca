package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.testing.RawClient;

/** What waits because responses of HTTP/1.1 come in the order of the requests. */
class PipeliningTest {

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  @Test
  void interimResponsesThatWaitAreBounded() throws Exception {
    CompletableFuture<Integer> accepted = new CompletableFuture<>();
    server =
        HttpServer.builder()
            .port(0)
            .asyncHandler(
                r -> {
                  if (r.path().equals("/1")) {
                    return Deferred.create(null);
                  }
                  int n = 0;
                  while (r.inform(103, Map.of("link", "x".repeat(1000)))) {
                    n++;
                  }
                  accepted.complete(n);
                  return null;
                })
            .start();
    try (RawClient client = new RawClient(server.port()).get("/1").get("/2")) {
      assertEquals(15, accepted.get(20, TimeUnit.SECONDS));
      assertFalse(client.socket().isClosed());
    }
  }
}
