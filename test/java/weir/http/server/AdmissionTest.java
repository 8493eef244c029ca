package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.Await;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** The limit of requests in flight. */
@OverBothVersions
class AdmissionTest {

  @Parameter Protocol protocol;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdown(Duration.ZERO).await();
    }
  }

  @ParameterizedTest
  @EnumSource(HandlerThreadsTest.Where.class)
  void requestsBeyondTheLimitAre503UntilOthersAreAnswered(HandlerThreadsTest.Where where)
      throws Exception {
    Deferred<Reply> slow = Deferred.create(null);
    CountDownLatch called = new CountDownLatch(2);
    server =
        where
            .builder(protocol)
            .maxRequestsInFlight(2)
            .asyncHandler(
                r -> {
                  called.countDown();
                  return r.path().equals("/slow") ? slow : Deferred.of(Reply.text("quick"));
                })
            .start();
    try (RawClient first = protocol.client(server.port()).get("/slow");
        RawClient second = protocol.client(server.port()).get("/slow");
        RawClient third = protocol.client(server.port())) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      for (int i = 0; i < 3; i++) {
        RawClient.Response refused = third.get("/").read();
        assertEquals(503, refused.status());
        assertEquals("1", refused.header("retry-after"));
        third.assertKept(refused);
      }
      slow.complete(Reply.text("slow"));
      assertEquals("slow", first.read().text());
      assertEquals("slow", second.read().text());
      Await.until("there is room again", () -> status(third, "/") == 200);
    }
  }

  private static int status(RawClient client, String target) {
    try {
      return client.get(target).read().status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRefusedRequestWhoseBodyStillComesEndsTheConnection() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    server =
        protocol
            .server()
            .port(0)
            .maxRequestsInFlight(1)
            .asyncHandler(
                r -> {
                  called.countDown();
                  return Deferred.create(null);
                })
            .start();
    try (RawClient first = protocol.client(server.port()).get("/");
        RawClient second = protocol.client(server.port())) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      second.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
      RawClient.Response refused = second.read();
      assertEquals(503, refused.status());
      second.assertLast(refused);
      assertFalse(first.socket().isClosed());
    }
  }

  @ParameterizedTest
  @EnumSource(HandlerThreadsTest.Where.class)
  void anAnswerThatNeverComesKeepsNoPlaceWhenTheClientHasGone(HandlerThreadsTest.Where where)
      throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    server =
        where
            .builder(protocol)
            .maxRequestsInFlight(1)
            .asyncHandler(
                r -> {
                  called.countDown();
                  return r.path().equals("/never")
                      ? Deferred.create(null)
                      : Deferred.of(Reply.text("x"));
                })
            .start();
    try (RawClient gone = protocol.client(server.port()).get("/never")) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      gone.socket().close();
    }
    try (RawClient next = protocol.client(server.port())) {
      Await.until("the place is free", () -> status(next, "/") == 200);
    }
  }

  @Test
  void aHandlerThatStillRunsKeepsItsPlaceWhenTheClientHasGone() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    server =
        protocol
            .server()
            .port(0)
            .maxRequestsInFlight(1)
            .handler(
                r -> {
                  called.countDown();
                  release.await();
                  return Reply.text("x");
                })
            .start();
    try (RawClient gone = protocol.client(server.port()).get("/")) {
      assertTrue(called.await(20, TimeUnit.SECONDS));
      gone.socket().close();
      Await.until("the connection is gone", () -> server.connections() == 0);
    }
    try (RawClient next = protocol.client(server.port())) {
      assertEquals(503, status(next, "/"));
      release.countDown();
      Await.until("the place is free", () -> status(next, "/") == 200);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 4", "7, 4", "1000, 4", "5000, 2"})
  void placesAreNeverMoreThanTheLimitAndAllComeBack(int limit, int loops) throws Exception {
    Admission admission = new Admission(limit, loops);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      Admission.Gate gate = admission.gate();
      Thread thread = new Thread(() -> comeAndGo(gate, inFlight, most));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(most.get() <= limit, most + " in flight");
    Admission.Gate last = admission.gate();
    int free = 0;
    while (last.enter()) {
      free++;
    }
    assertTrue(free >= limit - limit / 16 && free <= limit, free + " places free");
  }

  private static void comeAndGo(Admission.Gate gate, AtomicInteger inFlight, AtomicInteger most) {
    int mine = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i % 97 < 60 && gate.enter()) {
        mine++;
        most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
      } else if (mine > 0) {
        mine--;
        inFlight.decrementAndGet();
        gate.leave();
      }
    }
    for (; mine > 0; mine--) {
      inFlight.decrementAndGet();
      gate.leave();
    }
  }

  @Test
  void zeroIsNoLimit() {
    Admission.Gate gate = new Admission(0, 1).gate();
    for (int i = 0; i < 100_000; i++) {
      assertTrue(gate.enter());
    }
    gate.leave();
  }
}
