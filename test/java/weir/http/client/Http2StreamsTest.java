package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;
import static weir.http.client.FrameServer.CANCEL;
import static weir.http.client.FrameServer.INTERNAL_ERROR;
import static weir.http.client.FrameServer.MAX_CONCURRENT_STREAMS;
import static weir.http.client.FrameServer.NO_ERROR;
import static weir.http.client.FrameServer.REFUSED_STREAM;
import static weir.http.client.FrameServer.RST_STREAM;

import aleph.utils.ReadTimeoutException;
import aleph.utils.RequestTimeoutException;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.http.client.FrameServer.Request;
import weir.stream.Stream;
import weir.testing.Await;

/** HTTP/2 servers that have few streams, go away, refuse, reset and close; and who ends a stream. */
class Http2StreamsTest extends Http2Peer {

  // ---- streams and connections

  @Test
  void parallelRequestsShareOneConnection() throws Exception {
    CountDownLatch all = new CountDownLatch(50);
    serve(
        with -> {
          with.open();
          List<Integer> streams = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            streams.add(with.request().stream());
            all.countDown();
          }
          for (int stream : streams) {
            with.answer(stream, "ok");
          }
          with.awaitClose();
        });
    assertAllAreAnswered(50);
    assertEquals(1, server.connections());
    assertEquals(1, client.stats().connections());
  }

  /** So many at the same time. */
  private void assertAllAreAnswered(int requests) throws Exception {
    List<Deferred<Response>> responses = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      responses.add(send());
    }
    for (Deferred<Response> each : responses) {
      assertEquals("ok", get(each).body());
    }
  }

  @Test
  void moreConnectionsAreMadeWhenStreamsRunOut() throws Exception {
    CountDownLatch waiting = new CountDownLatch(6);
    serve(
        with -> {
          with.open(MAX_CONCURRENT_STREAMS, 2);
          List<Integer> streams = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            streams.add(with.request().stream());
            waiting.countDown();
          }
          waiting.await();
          for (int stream : streams) {
            with.answer(stream, "ok");
          }
          with.awaitClose();
        });
    assertAllAreAnswered(6);
    assertEquals(3, server.connections());
  }

  @Test
  void withoutRoomForMoreConnectionsRequestsWaitForStreams() throws Exception {
    client = of(HttpClient.builder().connectionsPerHost(1));
    serve(
        with -> {
          with.open(MAX_CONCURRENT_STREAMS, 2);
          answerAll(with, "ok");
        });
    assertAllAreAnswered(30);
    assertEquals(1, server.connections());
  }

  @Test
  void aLimitThatIsRaisedLetsWaitingRequestsGo() throws Exception {
    client = of(HttpClient.builder().connectionsPerHost(1));
    serve(
        with -> {
          with.open(MAX_CONCURRENT_STREAMS, 1);
          int first = with.request().stream();
          with.settings(MAX_CONCURRENT_STREAMS, 3);
          int second = with.request().stream();
          int third = with.request().stream();
          with.answer(third, "3");
          with.answer(second, "2");
          with.answer(first, "1");
          with.awaitClose();
        });
    Deferred<Response> first = send();
    Deferred<Response> second = send();
    Deferred<Response> third = send();
    assertEquals("3", get(third).body());
    assertEquals("2", get(second).body());
    assertEquals("1", get(first).body());
  }

  @Test
  void streamsThatAServerIgnoresGoToANewConnectionAndOthersFinish() throws Exception {
    serve(
        with -> {
          with.open();
          if (with.number > 1) {
            answerAll(with, "second");
            return;
          }
          int first = with.request().stream();
          with.request();
          with.goAway(first, NO_ERROR, "");
          with.answer(first, "first");
          with.awaitClose();
        });
    Deferred<Response> first = send();
    Await.until("the first is on its way", () -> server.connections() == 1);
    Deferred<Response> second = send();
    assertEquals("first", get(first).body());
    assertEquals("second", get(second).body());
  }

  @Test
  void aServerThatGoesAwayGetsNoMoreRequests() throws Exception {
    serve(
        with -> {
          with.open();
          with.answer(with.request().stream(), "ok " + with.number);
          with.goAway(1, NO_ERROR, "");
          with.awaitClose();
        });
    assertEquals("ok 1", get(send()).body());
    Await.until("it is gone", () -> client.stats().connections() == 0);
    assertEquals("ok 2", get(send()).body());
  }

  @Test
  void serversThatOnlyGoAwayAreNotAskedForEver() throws Exception {
    serve(
        with -> {
          with.open();
          with.goAway(0, NO_ERROR, "closed today");
          with.awaitClose();
        });
    HttpRequest post = request().method("POST").body("x").build();
    Throwable failure = failureOf(client.send(post));
    assertTrue(failure.getMessage().endsWith("NO_ERROR(0): closed today"), failure::toString);
    assertTrue(server.connections() <= 5, () -> server.connections() + " connections");
  }

  @Test
  void hooksHearOfWhatServersEnd() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    client =
        of(
            HttpClient.builder()
                .http2(
                    Http2Options.builder()
                        .onGoAway((ctx, frame) -> heard.add("gone"))
                        .onStreamGoAway((ctx, frame) -> heard.add("ignored"))
                        .onReset((ctx, frame) -> heard.add("reset " + frame.errorCode()))
                        .build()));
    serve(
        with -> {
          with.open();
          if (with.number > 1) {
            answerAll(with, "ok");
            return;
          }
          with.reset(with.request().stream(), INTERNAL_ERROR);
          with.request();
          with.goAway(1, NO_ERROR, "");
          with.awaitClose();
        });
    failureOf(send());
    assertEquals("reset 2", heard.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals("ignored", heard.poll(20, TimeUnit.SECONDS));
    assertEquals("gone", heard.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void aRefusedStreamIsSentAgain() throws Exception {
    serve(
        with -> {
          with.open();
          with.reset(with.request().stream(), REFUSED_STREAM);
          with.reset(with.request().stream(), REFUSED_STREAM);
          answerAll(with, "ok");
        });
    HttpRequest post = request().method("POST").body("again").build();
    assertEquals("ok", get(client.send(post)).body());
  }

  @Test
  void aStreamThatIsAlwaysRefusedFailsInTheEnd() throws Exception {
    serve(
        with -> {
          with.open();
          for (Request r = with.request(); r != null; r = with.request()) {
            with.reset(r.stream(), REFUSED_STREAM);
          }
        });
    Throwable failure = failureOf(send());
    assertInstanceOf(Http2Exception.class, failure);
    assertTrue(
        failure.getMessage().startsWith("Received RST_STREAM from peer, "), failure::toString);
  }

  @Test
  void aBodyThatCanBeReadOnceIsNotSentAgain() throws Exception {
    serve(
        with -> {
          with.open();
          with.reset(with.request().stream(), REFUSED_STREAM);
          with.awaitClose();
        });
    HttpRequest post = request().method("POST").body(InputStream.nullInputStream()).build();
    assertInstanceOf(Http2Exception.class, failureOf(client.send(post)));
  }

  @Test
  void aResetIsAFailureOfOneRequestOnly() throws Exception {
    serve(
        with -> {
          with.open();
          with.reset(with.request().stream(), INTERNAL_ERROR);
          answerAll(with, "ok");
        });
    Http2Exception failure = assertInstanceOf(Http2Exception.class, failureOf(send()));
    assertEquals(
        "Received RST_STREAM from peer, error code INTERNAL_ERROR(2)", failure.getMessage());
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void aLostConnectionFailsAllItsStreams() throws Exception {
    serve(
        with -> {
          with.open();
          with.request();
          with.request();
        });
    Deferred<Response> first = send();
    Deferred<Response> second = send();
    assertInstanceOf(ConnectionClosedException.class, failureOf(first));
    assertInstanceOf(ConnectionClosedException.class, failureOf(second));
  }

  @Test
  void aStaleConnectionIsNoFailureOfAnIdempotentRequest() throws Exception {
    serve(
        with -> {
          with.open();
          with.answer(with.request().stream(), "ok");
          if (with.number == 1) {
            with.request();
          } else {
            with.awaitClose();
          }
        });
    assertEquals("ok", get(send()).body());
    assertEquals("ok", get(send()).body());
    assertEquals(2, server.connections());
  }

  // ---- who ends a stream

  private final BlockingQueue<Long> resets = new LinkedBlockingQueue<>();

  private void answerAfterReset(FrameServer.Conversation with) throws Exception {
    resets.add(with.await(RST_STREAM).number());
    answerAll(with, "ok");
  }

  private void assertOneStreamWasReset() throws Exception {
    assertEquals(CANCEL, resets.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void aRequestTimeoutResetsItsStreamOnly() throws Exception {
    serve(
        with -> {
          with.open();
          with.request();
          answerAfterReset(with);
        });
    HttpRequest slow = request().requestTimeout(Duration.ofMillis(50)).build();
    assertInstanceOf(RequestTimeoutException.class, failureOf(client.send(slow)));
    assertOneStreamWasReset();
  }

  @Test
  void aServerThatKeepsSilentLosesTheStreamOnly() throws Exception {
    serve(
        with -> {
          with.open();
          with.request();
          answerAfterReset(with);
        });
    HttpRequest slow = request().socketTimeout(Duration.ofMillis(50)).build();
    assertInstanceOf(ReadTimeoutException.class, failureOf(client.send(slow)));
    assertOneStreamWasReset();
  }

  @Test
  void aCancelledRequestResetsItsStreamOnly() throws Exception {
    CountDownLatch came = new CountDownLatch(1);
    serve(
        with -> {
          with.open();
          with.request();
          came.countDown();
          answerAfterReset(with);
        });
    Deferred<Response> response = send();
    came.await();
    response.error(new IllegalStateException("enough"));
    assertOneStreamWasReset();
  }

  @Test
  void aBodyThatIsClosedResetsItsStreamOnly() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          with.data(stream, false, "some of it");
          answerAfterReset(with);
        });
    ((InputStream) get(client.send(HttpRequest.get(server.url()).build())).body()).close();
    assertOneStreamWasReset();
  }

  @Test
  void anAnswerBeforeTheEndOfTheRequestIsOne() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "413");
          with.data(stream, true, "too large");
          with.reset(stream, NO_ERROR);
          answerAll(with, "ok");
        });
    Stream<Object> endless = Stream.<Object>builder().build();
    endless.put("a");
    Response response = get(client.send(request().method("POST").body(endless).build()));
    assertEquals(413, response.status());
    assertEquals("too large", response.body());
    Await.until("nobody takes more", () -> Boolean.TRUE.equals(endless.isClosed()));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void aBodyThatIsCutShortFailsItsReader() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          with.data(stream, false, "some of it");
          with.reset(stream, INTERNAL_ERROR);
          with.awaitClose();
        });
    Response response = get(client.send(HttpRequest.get(server.url()).build()));
    IOException failure = assertThrows(IOException.class, () -> text(response));
    assertTrue(String.valueOf(failure).contains("RST_STREAM"), failure::toString);
  }
}
