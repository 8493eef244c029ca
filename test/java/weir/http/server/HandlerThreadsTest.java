package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** What must hold wherever handlers run. */
@OverBothVersions
class HandlerThreadsTest {

  @Parameter Protocol protocol;

  enum Where {
    WORKERS(b -> b),
    EVENT_LOOP(HttpServer.Builder::onEventLoop),
    EXECUTOR(b -> b.executor(POOL));

    private final Function<HttpServer.Builder, HttpServer.Builder> choice;

    Where(Function<HttpServer.Builder, HttpServer.Builder> choice) {
      this.choice = choice;
    }

    HttpServer.Builder builder(Protocol protocol) {
      return choice.apply(protocol.server().port(0).eventLoopThreads(2));
    }
  }

  private static final ExecutorService POOL =
      Executors.newCachedThreadPool(
          task -> {
            Thread t = new Thread(task, "test-executor");
            t.setDaemon(true);
            return t;
          });

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void aRequestIsAnsweredAndTheConnectionServesTheNext(Where where) throws Exception {
    server = where.builder(protocol).handler(r -> Reply.text(r.method() + " " + r.path())).start();
    try (RawClient client = protocol.client(server.port())) {
      for (int i = 0; i < 3; i++) {
        RawClient.Response response = client.get("/" + i).read();
        assertEquals(200, response.status());
        assertEquals("GET /" + i, response.text());
        client.assertKept(response);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void pipelinedResponsesComeInTheOrderOfTheRequestsHoweverTheyAreRealized(Where where)
      throws Exception {
    Map<String, Deferred<Reply>> pending = new ConcurrentHashMap<>();
    server =
        where
            .builder(protocol)
            .asyncHandler(r -> pending.computeIfAbsent(r.path(), p -> Deferred.create(null)))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      for (int i = 0; i < 5; i++) {
        client.get("/" + i);
      }
      Await.until("all handlers were called", () -> pending.size() == 5);
      for (int i = 4; i >= 0; i--) {
        pending.get("/" + i).complete(Reply.text("/" + i));
      }
      for (int i = 0; i < 5; i++) {
        assertEquals("/" + i, client.read().text());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Where.class,
      names = {"WORKERS", "EXECUTOR"})
  void handlersOfPipelinedRequestsRunInParallel(Where where) throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    server =
        where
            .builder(protocol)
            .handler(
                r -> {
                  if (r.path().equals("/first")) {
                    assertTrue(second.await(20, TimeUnit.SECONDS), "the second never ran");
                  } else {
                    second.countDown();
                  }
                  return Reply.text(r.path());
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals("/first", client.read().text());
      assertEquals("/second", client.read().text());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Where.class,
      names = {"WORKERS", "EXECUTOR"})
  void handlersThatBlockDoNotHoldUpOthers(Where where) throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(200);
    server =
        where
            .builder(protocol)
            .handler(
                r -> {
                  if (r.path().equals("/block")) {
                    blocked.countDown();
                    release.await();
                  }
                  return Reply.text("done");
                })
            .start();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        clients.add(protocol.client(server.port()).get("/block"));
      }
      assertTrue(blocked.await(20, TimeUnit.SECONDS), "not all handlers were called");
      try (RawClient quick = protocol.client(server.port())) {
        for (int i = 0; i < 20; i++) {
          assertEquals("done", quick.get("/quick").read().text());
        }
      }
      release.countDown();
      for (RawClient client : clients) {
        assertEquals("done", client.read().text());
      }
    } finally {
      release.countDown();
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  /** A response must not wait for the blocking handler that its worker went on to. */
  @Test
  void aFinishedResponseIsNotHeldBackByTheNextHandlerOfItsWorker() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    server =
        Where.WORKERS
            .builder(protocol)
            .eventLoopThreads(1)
            .handler(
                r -> {
                  if (r.path().equals("/block")) {
                    release.await();
                  }
                  return Reply.text(r.path());
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      client.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\nGET /block HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals("/quick", client.read().text());
      release.countDown();
      assertEquals("/block", client.read().text());
    } finally {
      release.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void noResponseIsLostOrMixedUpUnderLoad(Where where) throws Exception {
    server = where.builder(protocol).handler(r -> Reply.text(r.path())).start();
    ExecutorService clients = Executors.newFixedThreadPool(16);
    try {
      List<Future<Integer>> runs = new ArrayList<>();
      for (int c = 0; c < 16; c++) {
        int id = c;
        runs.add(clients.submit(() -> exchangeMany(id)));
      }
      int answered = 0;
      for (Future<Integer> run : runs) {
        answered += run.get(60, TimeUnit.SECONDS);
      }
      assertEquals(16 * 40 * 8, answered);
    } finally {
      clients.shutdownNow();
    }
  }

  private int exchangeMany(int id) throws IOException {
    int answered = 0;
    try (RawClient client = protocol.client(server.port())) {
      for (int round = 0; round < 40; round++) {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 8; i++) {
          requests.append("GET /" + id + "/" + round + "/" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        client.send(requests.toString());
        for (int i = 0; i < 8; i++) {
          assertEquals("/" + id + "/" + round + "/" + i, client.read().text());
          answered++;
        }
      }
    }
    return answered;
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void aHandlerThatFailsIsAnsweredWith500AndHurtsNobody(Where where) throws Exception {
    server =
        where
            .builder(protocol)
            .asyncHandler(
                r ->
                    switch (r.path()) {
                      case "/throws" -> throw new IllegalStateException("wanted by the test");
                      case "/fails" -> Deferred.failed(new IllegalStateException("wanted too"));
                      case "/error" -> throw new StackOverflowError("wanted as well");
                      default -> Deferred.of(Reply.text("fine"));
                    })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      for (String target : List.of("/throws", "/fails", "/error")) {
        RawClient.Response failed = client.get(target).read();
        assertEquals(500, failed.status(), target);
        assertEquals("Internal Server Error", failed.text());
        assertEquals("fine", client.get("/").read().text());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void nullIsA204(Where where) throws Exception {
    server = where.builder(protocol).handler(r -> null).start();
    try (RawClient client = protocol.client(server.port())) {
      RawClient.Response response = client.get("/").read();
      assertEquals(204, response.status());
      assertNull(response.header("content-length"));
      assertNull(response.header("transfer-encoding"));
    }
  }

  @Test
  void whatTheExecutorRejectsIsAnsweredWith503() throws Exception {
    AtomicInteger tasks = new AtomicInteger();
    server =
        protocol
            .server()
            .port(0)
            .executor(
                task -> {
                  if (tasks.incrementAndGet() % 2 == 0) {
                    throw new java.util.concurrent.RejectedExecutionException("full");
                  }
                  POOL.execute(task);
                })
            .handler(r -> Reply.text("ok"))
            .start();
    try (RawClient client = protocol.client(server.port())) {
      assertEquals(200, client.get("/").read().status());
      RawClient.Response rejected = client.get("/").read();
      assertEquals(503, rejected.status());
      assertEquals("503 Service Unavailable", rejected.text());
      assertEquals(200, client.get("/").read().status());
    }
  }
}
