package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.await;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;
import static weir.http.client.FrameServer.CANCEL;
import static weir.http.client.FrameServer.CONTINUATION;
import static weir.http.client.FrameServer.DATA;
import static weir.http.client.FrameServer.END_HEADERS;
import static weir.http.client.FrameServer.ENHANCE_YOUR_CALM;
import static weir.http.client.FrameServer.GOAWAY;
import static weir.http.client.FrameServer.HEADERS;
import static weir.http.client.FrameServer.INTERNAL_ERROR;
import static weir.http.client.FrameServer.MAX_CONCURRENT_STREAMS;
import static weir.http.client.FrameServer.NO_ERROR;
import static weir.http.client.FrameServer.PING;
import static weir.http.client.FrameServer.PROTOCOL_ERROR;
import static weir.http.client.FrameServer.PUSH_PROMISE;
import static weir.http.client.FrameServer.REFUSED_STREAM;
import static weir.http.client.FrameServer.RST_STREAM;

import aleph.utils.ReadTimeoutException;
import aleph.utils.RequestTimeoutException;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.http.client.FrameServer.Conversation;
import weir.http.client.FrameServer.Frame;
import weir.http.client.FrameServer.Request;
import weir.http.client.FrameServer.Script;
import weir.stream.Stream;

/** HTTP/2 servers that stop, refuse, lie, stall and flood; and whether every slot comes back. */
@Timeout(60)
class Http2FaultsTest {

  private final List<HttpClient> clients = new ArrayList<>();
  private FrameServer server;
  private HttpClient client = of(HttpClient.builder());

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    for (HttpClient each : clients) {
      assertNoneLeft(each);
    }
    server.close();
    assertEquals(List.of(), server.failures());
  }

  private HttpClient of(HttpClient.Builder builder) {
    HttpClient made = builder.priorKnowledge(true).build();
    clients.add(made);
    return made;
  }

  private void serve(Script script) throws IOException {
    server = new FrameServer(script);
  }

  private HttpRequest.Builder request() {
    return HttpRequest.get(server.url()).as(BodyMode.STRING);
  }

  private Deferred<Response> send() {
    return client.send(request().build());
  }

  private static void answerAll(Conversation with, String body) throws Exception {
    for (Request r = with.request(); r != null; r = with.request()) {
      with.answer(r.stream(), body);
    }
  }

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
    List<Deferred<Response>> responses = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      responses.add(send());
    }
    for (Deferred<Response> each : responses) {
      assertEquals("ok", get(each).body());
    }
    assertEquals(1, server.connections());
    assertEquals(1, client.stats().connections());
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
    List<Deferred<Response>> responses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      responses.add(send());
    }
    for (Deferred<Response> each : responses) {
      assertEquals("ok", get(each).body());
    }
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
    List<Deferred<Response>> responses = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      responses.add(send());
    }
    for (Deferred<Response> each : responses) {
      assertEquals("ok", get(each).body());
    }
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
    await("the first is on its way", () -> server.connections() == 1);
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
    await("it is gone", () -> client.stats().connections() == 0);
    assertEquals("ok 2", get(send()).body());
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

  @Test
  void aRequestTimeoutResetsItsStreamOnly() throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          with.request();
          codes.add(with.await(RST_STREAM).number());
          answerAll(with, "ok");
        });
    HttpRequest slow = request().requestTimeout(Duration.ofMillis(50)).build();
    assertInstanceOf(RequestTimeoutException.class, failureOf(client.send(slow)));
    assertEquals(CANCEL, codes.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void aServerThatKeepsSilentLosesTheStreamOnly() throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          with.request();
          codes.add(with.await(RST_STREAM).number());
          answerAll(with, "ok");
        });
    HttpRequest slow = request().socketTimeout(Duration.ofMillis(50)).build();
    assertInstanceOf(ReadTimeoutException.class, failureOf(client.send(slow)));
    assertEquals(CANCEL, codes.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void aCancelledRequestResetsItsStreamOnly() throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    CountDownLatch came = new CountDownLatch(1);
    serve(
        with -> {
          with.open();
          with.request();
          came.countDown();
          codes.add(with.await(RST_STREAM).number());
          answerAll(with, "ok");
        });
    Deferred<Response> response = send();
    came.await();
    response.error(new IllegalStateException("enough"));
    assertEquals(CANCEL, codes.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void aBodyThatIsClosedResetsItsStreamOnly() throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          with.data(stream, false, "some of it");
          codes.add(with.await(RST_STREAM).number());
          answerAll(with, "ok");
        });
    ((InputStream) get(client.send(HttpRequest.get(server.url()).build())).body()).close();
    assertEquals(CANCEL, codes.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
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
    await("nobody takes more", () -> Boolean.TRUE.equals(endless.isClosed()));
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

  // ---- what a response must be

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-a=b",
        ":status=200 :status=200",
        ":status=20",
        ":status=101",
        ":status=abc",
        ":status=200 X-Upper=b",
        ":status=200 connection=close",
        ":status=200 transfer-encoding=chunked",
        ":status=200 te=gzip",
        ":status=200 :path=/",
        ":status=200 a=b :status=200",
        ":status=200 content-length=-1",
        ":status=200 content-length=1 content-length=2"
      })
  void aMalformedHeadIsAFailureOfItsStreamOnly(String fields) throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          with.headers(with.request().stream(), false, fields.split("[ =]"));
          codes.add(with.await(RST_STREAM).number());
          answerAll(with, "ok");
        });
    assertInstanceOf(ProtocolException.class, failureOf(send()));
    assertEquals(PROTOCOL_ERROR, codes.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
  }

  @Test
  void contentOfAnotherLengthThanAnnouncedIsAFailure() throws Exception {
    serve(
        with -> {
          with.open();
          for (Request r = with.request(); r != null; r = with.request()) {
            with.headers(r.stream(), false, ":status", "200", "content-length", "5");
            with.data(r.stream(), true, r.stream() == 1 ? "1234" : "123456");
          }
        });
    assertInstanceOf(ProtocolException.class, failureOf(send()));
    assertInstanceOf(ProtocolException.class, failureOf(send()));
    assertEquals(1, server.connections());
  }

  @Test
  void interimResponsesAreNotTheAnswer() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "103", "link", "</a>");
          with.headers(stream, false, ":status", "102");
          with.headers(stream, false, ":status", "200", "x", "y");
          with.data(stream, false, "ok");
          with.headers(stream, true, "x-sum", "42");
          with.awaitClose();
        });
    Response response = get(send());
    assertEquals(200, response.status());
    assertEquals("ok", response.body());
  }

  @Test
  void endlessInterimResponsesAreAFailure() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          for (int i = 0; i < 40; i++) {
            with.headers(stream, false, ":status", "103");
          }
          answerAll(with, "ok");
        });
    assertInstanceOf(ProtocolException.class, failureOf(send()));
    assertEquals("ok", get(send()).body());
  }

  @Test
  void aHeadWithoutEndIsCutOff() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.frame(HEADERS, 0, stream, FrameServer.block(":status", "200"));
          byte[] more = FrameServer.block("x-a", "b".repeat(8000));
          try {
            for (int i = 0; i < 1000; i++) {
              with.frame(CONTINUATION, 0, stream, more);
            }
          } catch (IOException cut) {
            // as it should be
          }
        });
    failureOf(send());
    await("the connection is closed", () -> client.stats().connections() == 0);
  }

  @Test
  void aFloodOfTinyContinuationsIsCutOff() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.frame(HEADERS, 0, stream, FrameServer.block(":status", "200"));
          try {
            for (int i = 0; i < 100_000; i++) {
              with.frame(CONTINUATION, 0, stream);
            }
          } catch (IOException cut) {
            // as it should be
          }
        });
    failureOf(send());
    await("the connection is closed", () -> client.stats().connections() == 0);
  }

  @Test
  void pushesAreRefused() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          byte[] promised = new byte[4 + FrameServer.block(":method", "GET").length];
          promised[3] = 2;
          System.arraycopy(
              FrameServer.block(":method", "GET"), 0, promised, 4, promised.length - 4);
          with.frame(PUSH_PROMISE, END_HEADERS, stream, promised);
          with.awaitClose();
        });
    assertInstanceOf(Http2Exception.class, failureOf(send()));
  }

  @Test
  void noiseInsteadOfFramesIsAFailureToConnect() throws Exception {
    serve(
        with ->
            with.socket
                .getOutputStream()
                .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes("US-ASCII")));
    Throwable failure = failureOf(send());
    assertTrue(
        failure instanceof Http2Exception || failure instanceof IOException, failure::toString);
  }

  // ---- flow control

  @Test
  void aWindowIsGivenBackWhenTheBodyIsRead() throws Exception {
    client =
        of(
            HttpClient.builder()
                .responseBufferBytes(1024)
                .http2(
                    Http2Options.builder()
                        .config(Http2Options.configBuilder().streamWindowBytes(64_000).build())
                        .build()));
    CountDownLatch full = new CountDownLatch(1);
    BlockingQueue<String> given = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          for (int i = 0; i < 4; i++) {
            with.data(stream, false, new byte[16_000]);
          }
          full.countDown();
          for (Frame f = with.readAny(); f != null; f = with.readAny()) {
            if (f.type() == FrameServer.WINDOW_UPDATE && f.stream() == stream) {
              given.add("window");
              with.data(stream, true, "end");
              break;
            }
            given.add(f.type() == FrameServer.WINDOW_UPDATE ? "connection" : "other");
          }
          with.awaitClose();
        });
    Response response = get(client.send(HttpRequest.get(server.url()).build()));
    full.await();
    InputStream body = (InputStream) response.body();
    assertEquals(64_003, body.readAllBytes().length);
    assertTrue(given.contains("window"), given::toString);
  }

  @Test
  void aReaderThatStallsDoesNotHoldUpOthers() throws Exception {
    serve(
        with -> {
          with.open();
          int first = with.request().stream();
          with.headers(first, false, ":status", "200");
          for (int i = 0; i < 100; i++) {
            with.data(first, false, new byte[16_000]);
          }
          for (int i = 0; i < 100; i++) {
            with.answer(with.request().stream(), "x".repeat(10_000));
          }
          with.data(first, true, "end");
          with.awaitClose();
        });
    client =
        of(
            HttpClient.builder()
                .http2(
                    Http2Options.builder()
                        .config(
                            Http2Options.configBuilder()
                                .streamWindowBytes(2_000_000)
                                .connectionWindowBytes(4_000_000)
                                .build())
                        .build()));
    Response stalled = get(client.send(HttpRequest.get(server.url()).build()));
    for (int i = 0; i < 100; i++) {
      assertEquals(10_000, ((String) get(send()).body()).length());
    }
    assertEquals(1_600_003, ((InputStream) stalled.body()).readAllBytes().length);
  }

  @Test
  void aWindowThatStaysShutIsTheRequestsTimeout() throws Exception {
    serve(
        with -> {
          with.open(FrameServer.INITIAL_WINDOW_SIZE, 0);
          with.request();
          with.await(RST_STREAM);
          answerAll(with, "ok");
        });
    HttpRequest post =
        request().method("POST").body("x").requestTimeout(Duration.ofMillis(50)).build();
    assertInstanceOf(RequestTimeoutException.class, failureOf(client.send(post)));
    assertEquals("ok", get(send()).body());
  }

  // ---- keep-alive

  @Test
  void aServerThatAnswersNoPingIsLeft() throws Exception {
    client = of(HttpClient.builder().http2(pinging()));
    serve(
        with -> {
          with.open();
          with.request();
          with.awaitClose();
        });
    Throwable failure = failureOf(send());
    assertInstanceOf(ConnectionClosedException.class, failure);
    assertTrue(String.valueOf(failure.getCause()).contains("PING"), failure::toString);
  }

  @Test
  void aServerThatAnswersPingsIsWaitedFor() throws Exception {
    client = of(HttpClient.builder().http2(pinging()));
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          for (int i = 0; i < 5; i++) {
            Frame ping = with.await(PING);
            with.frame(PING, FrameServer.ACK, 0, ping.payload());
          }
          with.answer(stream, "ok");
          with.awaitClose();
        });
    assertEquals("ok", get(send()).body());
  }

  private static Http2Options pinging() {
    return Http2Options.builder()
        .pingInterval(Duration.ofMillis(50))
        .pingTimeout(Duration.ofSeconds(1))
        .build();
  }

  @Test
  void aFloodOfPingsIsCutOff() throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          with.request();
          Thread reader =
              new Thread(
                  () -> {
                    try {
                      Frame frame = with.await(GOAWAY);
                      codes.add((long) frame.payload()[7]);
                    } catch (IOException e) {
                      codes.add(-1L);
                    }
                  });
          reader.start();
          try {
            for (int i = 0; i < 100_000; i++) {
              with.frame(PING, 0, 0, new byte[8]);
            }
          } catch (IOException cut) {
            // as it should be
          }
          reader.join();
        });
    assertInstanceOf(Http2Exception.class, failureOf(send()));
    assertEquals(ENHANCE_YOUR_CALM, codes.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void dataForNobodyIsNoAnswer() throws Exception {
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.frame(DATA, 0, stream, new byte[3]);
          with.await(RST_STREAM);
          answerAll(with, "ok");
        });
    Throwable failure = failureOf(send());
    assertTrue(
        failure instanceof ProtocolException || failure instanceof Http2Exception,
        failure::toString);
  }
}
