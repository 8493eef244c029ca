package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.FrameServer.CONTINUATION;
import static weir.http.client.FrameServer.END_HEADERS;
import static weir.http.client.FrameServer.HEADERS;
import static weir.http.client.FrameServer.PROTOCOL_ERROR;
import static weir.http.client.FrameServer.PUSH_PROMISE;
import static weir.http.client.FrameServer.RST_STREAM;
import static weir.http.client.FrameServer.SETTINGS;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpClient;
import weir.http.Response;
import weir.http.client.FrameServer.Request;
import weir.testing.Await;

/** What a response of HTTP/2 must be, and what becomes of others and of floods. */
class Http2ResponsesTest extends Http2Peer {

  private static final int MAX_HEADER_LIST_SIZE = 6;

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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHeaderOverOurLimitIsAFailureOfItsStreamOnly(boolean trailers) throws Exception {
    BlockingQueue<Long> settings = new LinkedBlockingQueue<>();
    client = of(HttpClient.builder().maxHeaderBytes(5000));
    serve(
        with -> {
          with.open();
          byte[] told = with.await(SETTINGS).payload();
          for (int i = 0; i < told.length; i += 6) {
            if (told[i + 1] == MAX_HEADER_LIST_SIZE) {
              settings.add(Unpooled.wrappedBuffer(told).getUnsignedInt(i + 2));
            }
          }
          int stream = with.request().stream();
          if (trailers) {
            with.headers(stream, false, ":status", "200");
            with.data(stream, false, "body");
            with.headers(stream, true, "x", "y".repeat(5000));
          } else {
            with.headers(stream, false, ":status", "200", "x", "y".repeat(5000));
            with.data(stream, true, "never read");
          }
          with.await(RST_STREAM);
          answerAll(with, "ok");
        });
    Throwable e = failureOf(send());
    assertInstanceOf(TooLongFrameException.class, e);
    assertTrue(e.getMessage().contains("larger than 5000 bytes"), e.getMessage());
    assertEquals(5000, settings.poll(20, TimeUnit.SECONDS));
    assertEquals("ok", get(send()).body());
    assertEquals(1, server.connections());
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
    Await.until("the connection is closed", () -> client.stats().connections() == 0);
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
    Await.until("the connection is closed", () -> client.stats().connections() == 0);
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
}
