package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Handlers whose client has gone. */
@OverBothVersions
class InterruptTest {

  @Parameter Protocol protocol;

  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch forever = new CountDownLatch(1);
  private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    forever.countDown();
    server.shutdown(Duration.ZERO).await();
  }

  private Reply block() throws InterruptedException {
    called.countDown();
    try {
      forever.await();
      interrupted.complete(false);
    } catch (InterruptedException e) {
      interrupted.complete(true);
      throw e;
    }
    return Reply.text("blocked");
  }

  @ParameterizedTest
  @EnumSource(
      value = HandlerThreadsTest.Where.class,
      names = {"WORKERS", "EXECUTOR"})
  void aHandlerIsInterruptedWhenItsClientHasGoneIfAskedFor(HandlerThreadsTest.Where where)
      throws Exception {
    server =
        where
            .builder(protocol)
            .interruptHandlers(true)
            .handler(
                r ->
                    r.path().equals("/block")
                        ? block()
                        : Reply.text("" + Thread.currentThread().isInterrupted()))
            .start();
    try (RawClient client = protocol.client(server.port()).get("/block")) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      client.socket().close();
    }
    assertTrue(interrupted.get(20, TimeUnit.SECONDS));
    try (RawClient client = protocol.client(server.port())) {
      for (int i = 0; i < 20; i++) {
        assertEquals("false", client.get("/").read().text());
      }
    }
  }

  @Test
  void byDefaultItIsNot() throws Exception {
    server = protocol.server().port(0).handler(r -> block()).start();
    try (RawClient client = protocol.client(server.port()).get("/")) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      client.socket().close();
    }
    Await.until("the connection is gone", () -> server.connections() == 0);
    forever.countDown();
    assertFalse(interrupted.get(20, TimeUnit.SECONDS));
  }

  @Test
  void nothingIsInterruptedAfterTheCall() throws Exception {
    Running call = new Running();
    call.end();
    call.interrupt();
    assertFalse(Thread.interrupted());
    assertFalse(call.wasInterrupted());
    Running second = new Running();
    second.interrupt();
    assertTrue(Thread.currentThread().isInterrupted());
    second.end();
    assertFalse(Thread.interrupted());
    server = protocol.server().port(0).handler(r -> null).start();
  }
}
