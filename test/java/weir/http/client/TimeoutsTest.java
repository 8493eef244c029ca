package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import aleph.utils.ConnectionTimeoutException;
import aleph.utils.PoolTimeoutException;
import aleph.utils.ReadTimeoutException;
import aleph.utils.RequestCancellationException;
import aleph.utils.RequestTimeoutException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.testing.Await;

/** A request that takes too long, or is not wanted any more, at each stage. */
@Timeout(60)
class TimeoutsTest {

  private static final Duration SOON = Duration.ofMillis(30);

  private final HttpClient client = HttpClient.builder().connectionsPerHost(1).maxQueue(1).build();
  private final CountDownLatch closed = new CountDownLatch(1);
  private Peer silent;

  @BeforeEach
  void listen() throws IOException {
    silent =
        new Peer(
            with -> {
              with.awaitClose();
              closed.countDown();
            });
  }

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
    silent.close();
  }

  private HttpRequest.Builder plain() {
    return HttpRequest.get(silent.url());
  }

  /** A server that says nothing lets a TLS handshake last for ever. */
  private HttpRequest.Builder handshake() {
    return HttpRequest.get("https://127.0.0.1:" + silent.port() + "/");
  }

  private void assertServerSeesTheEnd() throws InterruptedException {
    assertTrue(closed.await(20, TimeUnit.SECONDS), "the server sees that the client is gone");
  }

  @Test
  void anAnswerThatDoesNotComeIsARequestTimeout() throws Exception {
    Throwable failure = failureOf(client.send(plain().requestTimeout(SOON).build()));
    assertInstanceOf(RequestTimeoutException.class, failure);
    assertEquals("timed out after 30 milliseconds", failure.getMessage());
    assertServerSeesTheEnd();
  }

  @Test
  void theTotalTimeIsARequestTimeout() throws Exception {
    Throwable failure = failureOf(client.send(plain().totalTimeout(SOON).build()));
    assertInstanceOf(RequestTimeoutException.class, failure);
  }

  @Test
  void aHandshakeThatLastsIsAConnectionTimeout() throws Exception {
    Throwable failure = failureOf(client.send(handshake().connectionTimeout(SOON).build()));
    assertInstanceOf(ConnectionTimeoutException.class, failure);
  }

  /** [B] #713: a timed-out acquire kept its place in the queue. */
  @Test
  void aWaitThatLastsIsAPoolTimeoutAndLeavesTheQueue() throws Exception {
    Deferred<Response> first = client.send(plain().build());
    Await.until("the only connection is taken", () -> client.stats().connections() == 1);
    for (int i = 0; i < 5; i++) {
      Throwable failure = failureOf(client.send(plain().poolTimeout(SOON).build()));
      assertInstanceOf(PoolTimeoutException.class, failure);
      assertInstanceOf(java.util.concurrent.TimeoutException.class, failure.getCause());
      Await.until(
          "the queue is empty",
          () -> client.stats().origins().values().iterator().next().queued() == 0);
    }
    Await.until("the server has accepted", () -> silent.accepted() == 1);
    assertTrue(first.fail(new RequestCancellationException()));
    assertServerSeesTheEnd();
  }

  @Test
  void aQueueThatIsFullRejects() throws Exception {
    Deferred<Response> first = client.send(plain().build());
    Await.until("the only connection is taken", () -> client.stats().connections() == 1);
    Await.until(
        "nothing waits", () -> client.stats().origins().values().iterator().next().queued() == 0);
    Deferred<Response> second = client.send(plain().build());
    assertInstanceOf(RejectedExecutionException.class, failureOf(client.send(plain().build())));
    assertTrue(second.fail(new RequestCancellationException()));
    assertTrue(first.fail(new RequestCancellationException()));
  }

  /** [B] The read timeout was never delivered, and the slot was lost. */
  @Test
  void aBodyThatStallsIsAReadTimeout() throws Exception {
    try (Peer stalling =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
              with.awaitClose();
            })) {
      HttpRequest request = HttpRequest.get(stalling.url()).readTimeout(SOON).build();
      InputStream in = (InputStream) get(client.send(request)).body();
      IOException failure = assertThrows(IOException.class, in::readAllBytes);
      assertInstanceOf(ReadTimeoutException.class, failure.getCause());
    }
  }

  // ---- cancellation

  @Test
  void cancellingClosesTheConnectionThatWaits() throws Exception {
    Deferred<Response> response = client.send(plain().build());
    Await.until("the server has accepted", () -> silent.accepted() == 1);
    RequestCancellationException cause = new RequestCancellationException("Request cancelled");
    assertTrue(response.fail(cause));
    assertFalse(response.fail(cause));
    assertServerSeesTheEnd();
  }

  /** [B] #721: cancelling had no effect while connecting. */
  @Test
  void cancellingGivesUpAHandshake() throws Exception {
    Deferred<Response> response = client.send(handshake().build());
    Await.until("the server has accepted", () -> silent.accepted() == 1);
    response.fail(new RequestCancellationException());
    assertServerSeesTheEnd();
  }

  @Test
  void cancellingLeavesTheQueue() throws Exception {
    Deferred<Response> first = client.send(plain().build());
    Await.until("the only connection is taken", () -> client.stats().connections() == 1);
    for (int i = 0; i < 5; i++) {
      Deferred<Response> waiting = client.send(plain().build());
      waiting.fail(new RequestCancellationException());
      Await.until(
          "the queue is empty",
          () -> client.stats().origins().values().iterator().next().queued() == 0);
    }
    first.fail(new RequestCancellationException());
  }

  @Test
  void puttingAValueCancelsToo() throws Exception {
    Deferred<Response> response = client.send(plain().build());
    Await.until("the server has accepted", () -> silent.accepted() == 1);
    assertTrue(response.complete(null));
    assertServerSeesTheEnd();
  }

  @Test
  void whoeverWaitsBehindACancelledHandshakeInheritsIt() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              while (with.head() != null) {
                with.answer("ok");
              }
            })) {
      for (int i = 0; i < 50; i++) {
        Deferred<Response> first = client.send(HttpRequest.get(peer.url()).build());
        Deferred<Response> second = client.send(HttpRequest.get(peer.url()).build());
        first.fail(new RequestCancellationException());
        assertEquals("ok", text(get(second)));
      }
    }
  }

  @Test
  void aPoolThatIsShutDownFailsWhatWaitsAndWhatComes() throws Exception {
    Deferred<Response> first = client.send(plain().build());
    Await.until("the only connection is taken", () -> client.stats().connections() == 1);
    Deferred<Response> waiting = client.send(plain().build());
    client.shutdown();
    assertInstanceOf(IllegalStateException.class, failureOf(waiting));
    assertInstanceOf(IllegalStateException.class, failureOf(client.send(plain().build())));
    first.fail(new RequestCancellationException());
  }
}
