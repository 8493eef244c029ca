package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import weir.deferred.Deferred;
import weir.http.HttpClient;
import weir.http.Response;
import weir.testing.Await;

/** What tests of the client have in common. */
final class Clients {

  private static final long DEADLINE_SECONDS = 20;

  private Clients() {}

  static Response get(Deferred<Response> response) throws Exception {
    return response.await(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  static String text(Response response) throws IOException {
    try (InputStream in = (InputStream) response.body()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns what the deferred fails with; a success is a failure of the test. */
  static Throwable failureOf(Deferred<?> deferred) throws Exception {
    try {
      Object value = deferred.await(DEADLINE_SECONDS, TimeUnit.SECONDS);
      return fail("succeeded with " + value);
    } catch (AssertionError e) {
      throw e;
    } catch (Throwable t) {
      return t;
    }
  }

  /** Every slot was given back exactly once. */
  static void assertNoneLeft(HttpClient client) {
    client.close();
    Await.until("the pool is empty: " + client.stats(), () -> client.stats().connections() == 0);
    Await.until("no origin is left: " + client.stats(), () -> client.stats().origins().isEmpty());
    assertEquals(0, client.stats().connections());
  }
}
