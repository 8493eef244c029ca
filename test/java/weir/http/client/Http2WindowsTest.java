package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.FrameServer.DATA;
import static weir.http.client.FrameServer.ENHANCE_YOUR_CALM;
import static weir.http.client.FrameServer.GOAWAY;
import static weir.http.client.FrameServer.PING;
import static weir.http.client.FrameServer.PROTOCOL_ERROR;
import static weir.http.client.FrameServer.RST_STREAM;

import aleph.utils.ReadTimeoutException;
import aleph.utils.RequestTimeoutException;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.http.client.FrameServer.Frame;

/** Flow control of HTTP/2, and servers that are silent or talk too much. */
class Http2WindowsTest extends Http2Peer {

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

  /** The script's side of a body whose window is 128 KiB. */
  private static final int WINDOW = 128 * 1024;

  private HttpClient tuning() {
    return of(
        HttpClient.builder()
            .responseBufferBytes(1024)
            .http2(
                Http2Options.builder()
                    .config(Http2Options.configBuilder().streamWindowBytes(WINDOW).build())
                    .build()));
  }

  @Test
  void theWindowOfABodyThatIsReadGrows() throws Exception {
    client = tuning();
    CompletableFuture<Long> sent = new CompletableFuture<>();
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          long left = WINDOW;
          long count = 0;
          while (left < 3 * WINDOW / 2) { // more than could be given back
            for (; left >= 16 * 1024; left -= 16 * 1024, count += 16 * 1024) {
              with.data(stream, false, new byte[16 * 1024]);
            }
            Frame frame = with.readAny();
            if (frame.type() == PING) {
              with.frame(PING, FrameServer.ACK, 0, frame.payload());
            } else if (frame.type() == FrameServer.WINDOW_UPDATE && frame.stream() == stream) {
              left += frame.number();
            }
          }
          with.data(stream, true, "end");
          sent.complete(count + 3);
          with.awaitClose();
        });
    Deferred<Response> answer = send();
    assertEquals(sent.get(30, TimeUnit.SECONDS), ((String) get(answer).body()).length());
  }

  @Test
  void theWindowOfABodyThatNobodyReadsDoesNotGrow() throws Exception {
    client = tuning();
    CompletableFuture<Long> most = new CompletableFuture<>();
    serve(
        with -> {
          with.open();
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          long given = WINDOW;
          for (long sent = 0; sent < given; given += givenMeanwhile(with, stream)) {
            for (; sent + 8192 <= given; sent += 8192) {
              with.data(stream, false, new byte[8192]);
            }
          }
          most.complete(given);
          with.awaitClose();
        });
    Response response = get(client.send(HttpRequest.get(server.url()).build()));
    long given = most.get(30, TimeUnit.SECONDS);
    assertTrue(given <= WINDOW + 16 * 1024, () -> given + " bytes for a body that nobody reads");
    ((InputStream) response.body()).close();
  }

  /** Returns by how much a window was widened until the client had seen all that was sent. */
  private static long givenMeanwhile(FrameServer.Conversation with, int stream) throws IOException {
    long given = 0;
    for (int round = 0; round < 2; round++) { // the second time it has heard our answers, too
      with.frame(PING, 0, 0, new byte[8]);
      for (Frame f = with.readAny(); !(f.type() == PING && f.has(FrameServer.ACK)); ) {
        if (f.type() == PING) {
          with.frame(PING, FrameServer.ACK, 0, f.payload());
        } else if (f.type() == FrameServer.WINDOW_UPDATE && f.stream() == stream) {
          given += f.number();
        }
        f = with.readAny();
      }
    }
    return given;
  }

  @Test
  void anUploadWhoseWindowStaysShutIsSilenceOfTheServer() throws Exception {
    serve(
        with -> {
          with.open(FrameServer.INITIAL_WINDOW_SIZE, 0);
          with.request();
          with.await(RST_STREAM);
          answerAll(with, "ok");
        });
    HttpRequest post =
        request()
            .method("POST")
            .body(new ByteArrayInputStream(new byte[1_000_000]))
            .socketTimeout(Duration.ofMillis(100))
            .build();
    assertInstanceOf(ReadTimeoutException.class, failureOf(client.send(post)));
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
  void aServerHasNoPrioritiesToTell() throws Exception { // RFC 9218 §7.1
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    serve(
        with -> {
          with.open();
          with.request();
          with.frame(16, 0, 0, new byte[] {0, 0, 0, 3, 'i'});
          codes.add((long) with.await(GOAWAY).payload()[7]);
        });
    Http2Exception e = assertInstanceOf(Http2Exception.class, failureOf(send()));
    assertEquals("the server has sent a PRIORITY_UPDATE frame", e.getMessage());
    assertEquals(PROTOCOL_ERROR, codes.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void aFloodOfPingsIsCutOff() throws Exception {
    BlockingQueue<Long> codes = new LinkedBlockingQueue<>();
    client =
        of(
            HttpClient.builder()
                .http2(
                    Http2Options.builder()
                        .config(Http2Options.configBuilder().maxControlFrames(1000).build())
                        .build()));
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
