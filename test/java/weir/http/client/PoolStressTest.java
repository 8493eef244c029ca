package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import aleph.utils.RequestCancellationException;
import java.io.Closeable;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.testing.Await;

/**
 * Every slot is given back exactly once, whatever servers and programs do. {@code
 * -Dweir.stress.requests=1000000} makes it long.
 */
@Timeout(600)
class PoolStressTest {

  private static final int REQUESTS = Integer.getInteger("weir.stress.requests", 100_000);
  private static final int IN_FLIGHT = 64;

  /** What a server that answers late waits for. */
  private final AtomicReference<CountDownLatch> nextRequest =
      new AtomicReference<>(new CountDownLatch(1));

  private void awaitNextRequest() throws InterruptedException {
    nextRequest.get().await(20, TimeUnit.SECONDS);
  }

  private void faulty(Peer.Conversation with) throws Exception {
    SplittableRandom random = new SplittableRandom(with.number);
    while (with.head() != null) {
      nextRequest.getAndSet(new CountDownLatch(1)).countDown();
      switch (random.nextInt(24)) {
        case 0 -> {
          with.reset();
          return;
        }
        case 1 -> {
          return; // closes without an answer
        }
        case 2 -> {
          with.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
          return;
        }
        case 3 -> {
          with.say("garbage\r\n\r\n");
          return;
        }
        case 4 -> {
          with.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
          return;
        }
        case 5 -> {
          with.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
          return;
        }
        case 6 -> {
          with.answer("ok");
          return; // closes a connection that it has promised to keep
        }
        case 7 -> {
          awaitNextRequest();
          with.answer("ok");
        }
        case 8 ->
            with.say(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                    + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        case 9 -> with.say("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        case 10 -> {
          with.awaitClose(); // never answers
          return;
        }
        case 11 -> with.say("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nok");
        case 12 ->
            with.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        default -> with.answer("ok");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 64})
  void countersReturnToZeroAgainstAFaultyServer(int connections) throws Exception {
    int requests = connections == 64 ? REQUESTS : REQUESTS / (connections == 8 ? 20 : 100);
    HttpClient client =
        HttpClient.builder().connectionsPerHost(connections).totalConnections(64).build();
    SplittableRandom random = new SplittableRandom(1);
    Semaphore permits = new Semaphore(IN_FLIGHT);
    AtomicInteger good = new AtomicInteger();
    AtomicInteger evil = new AtomicInteger();
    try (Peer peer = new Peer(this::faulty)) {
      for (int i = 0; i < requests; i++) {
        assertTrue(permits.tryAcquire(60, TimeUnit.SECONDS), "no request hangs: " + client.stats());
        HttpRequest request =
            HttpRequest.get(peer.url())
                .as(random.nextInt(3) == 0 ? BodyMode.STREAM : BodyMode.STRING)
                .requestTimeout(Duration.ofMillis(60))
                .readTimeout(Duration.ofMillis(60))
                .failOnErrorStatus(random.nextBoolean())
                .poolTimeout(Duration.ofMillis(random.nextInt(10) == 0 ? 5 : 20_000))
                .build();
        Deferred<Response> response = client.send(request);
        response.listen(
            new Callback() {
              @Override
              protected void onSuccess(Object value) {
                consume((Response) value, good, evil);
                permits.release();
              }

              @Override
              protected void onError(Object error) {
                permits.release();
              }
            });
        if (random.nextInt(20) == 0) {
          response.fail(new RequestCancellationException());
        }
      }
      assertTrue(permits.tryAcquire(IN_FLIGHT, 60, TimeUnit.SECONDS), "all ended");
      assertNoneLeft(client);
    }
    assertEquals(0, evil.get());
    assertTrue(good.get() > requests / 10, good + " were good");
  }

  private static void consume(Response response, AtomicInteger good, AtomicInteger evil) {
    try {
      String body;
      if (response.body() instanceof String s) {
        body = s;
      } else if (response.hashCode() % 5 == 0) {
        ((Closeable) response.body()).close();
        return;
      } else {
        body = text(response);
      }
      (body.contains("evil") ? evil : good).incrementAndGet();
    } catch (java.io.IOException cutShort) {
      // as the server wanted it
    }
  }

  @Test
  void originsShareTheTotalLimitFairly() throws Exception {
    HttpClient client = HttpClient.builder().totalConnections(2).onEventLoop().build();
    CountDownLatch done = new CountDownLatch(400);
    Peer.Script polite =
        with -> {
          while (with.head() != null) {
            with.answer("ok");
          }
        };
    try (Peer a = new Peer(polite);
        Peer b = new Peer(polite);
        Peer c = new Peer(polite);
        Peer d = new Peer(polite)) {
      for (int i = 0; i < 100; i++) {
        for (Peer peer : new Peer[] {a, b, c, d}) {
          client.send(HttpRequest.get(peer.url()).build()).thenAccept(response -> done.countDown());
        }
      }
      assertTrue(done.await(60, TimeUnit.SECONDS), "nobody starves: " + client.stats());
      assertTrue(client.stats().connections() <= 2);
      assertEquals("ok", text(get(client.send(HttpRequest.get(a.url()).build()))));
      assertNoneLeft(client);
    }
  }

  @Test
  void idleConnectionsAreClosedAfterTheirTime() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    HttpClient client = HttpClient.builder().idleTimeout(Duration.ofMillis(50)).build();
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.answer("ok");
              with.awaitClose();
              closed.countDown();
            })) {
      assertEquals("ok", text(get(client.send(HttpRequest.get(peer.url()).build()))));
      assertTrue(closed.await(20, TimeUnit.SECONDS));
      Await.until("the origin is forgotten", () -> client.stats().origins().isEmpty());
      assertNoneLeft(client);
    }
  }
}
