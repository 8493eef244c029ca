package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import weir.testing.RawClient;

/** Clients that send a byte now and then, which is whenever another one was answered. */
final class Dripping {

  private Dripping() {}

  /** Sends bytes until the connection is cut, with which the result completes. */
  static CompletableFuture<Void> untilCut(RawClient client, RawClient other) {
    return CompletableFuture.runAsync(
        () -> {
          while (sent(client, "y")) {
            assertEquals("/", ask(other));
          }
        });
  }

  private static boolean sent(RawClient client, String text) {
    try {
      client.send(text);
      return true;
    } catch (IOException cut) {
      return false;
    }
  }

  /** Returns the answer to another client's request for {@code /}. */
  static String ask(RawClient client) {
    try {
      return client.get("/").read().text();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
