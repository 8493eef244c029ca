package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.FrameServer.CANCEL;
import static weir.http.client.FrameServer.DATA;
import static weir.http.client.FrameServer.END_STREAM;
import static weir.http.client.FrameServer.GOAWAY;
import static weir.http.client.FrameServer.INITIAL_WINDOW_SIZE;
import static weir.http.client.FrameServer.NO_ERROR;
import static weir.http.client.FrameServer.PING;
import static weir.http.client.FrameServer.REFUSED_STREAM;
import static weir.http.client.FrameServer.RST_STREAM;
import static weir.http.client.FrameServer.WINDOW_UPDATE;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.Url;
import weir.http.client.FrameServer.Conversation;
import weir.http.client.FrameServer.Frame;
import weir.http.client.FrameServer.Request;
import weir.http.client.FrameServer.Script;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;

/** WebSockets behind extended CONNECT (RFC 8441), seen by a server of bare frames. */
@Timeout(60)
class WebSocketOverHttp2Test {

  private static final int ENABLE_CONNECT_PROTOCOL = 8;
  private static final int PADDED_LIMIT = 256 * 1024;

  private final Heard heard = new Heard();
  private FrameServer server;

  @AfterEach
  void stop() throws IOException {
    server.close();
    assertEquals(List.of(), server.failures());
  }

  private static final class Heard implements WebSocketListener {
    final CompletableFuture<String> text = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    final CountDownLatch mayGoOn = new CountDownLatch(1);
    final AtomicInteger bytes = new AtomicInteger();

    @Override
    public void onText(WebSocket socket, String message) {
      text.complete(message);
    }

    @Override
    public void onBinary(WebSocket socket, byte[] data) throws InterruptedException {
      mayGoOn.await();
      bytes.addAndGet(data.length);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
    }

    int code() throws Exception {
      return closed.get(20, TimeUnit.SECONDS);
    }
  }

  private void serve(Script script) throws IOException {
    server = new FrameServer(script);
  }

  /** A server that takes extended CONNECT and answers the first one. */
  private void serveOpen(OpenScript script) throws IOException {
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          Request request = with.request();
          with.headers(request.stream(), false, ":status", "200");
          script.run(with, request.stream());
        });
  }

  private interface OpenScript {
    void run(Conversation with, int stream) throws Exception;
  }

  private Deferred<WebSocket> connect(WebSocketConnect.Builder how) throws MalformedURLException {
    return WebSocketClient.connect(
        Url.parse(server.url() + "talk?x=1"), how.httpVersions("h2").build(), heard);
  }

  private WebSocket open() throws Exception {
    return connect(WebSocketConnect.builder()).await(20, TimeUnit.SECONDS);
  }

  private <T extends Throwable> T failure(Class<T> type) {
    return assertThrows(type, this::open);
  }

  /** A frame of a server. */
  private static byte[] frame(int opcode, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
    byte[] frame = new byte[2 + bytes.length];
    frame[0] = (byte) (0x80 | opcode);
    frame[1] = (byte) bytes.length;
    System.arraycopy(bytes, 0, frame, 2, bytes.length);
    return frame;
  }

  // ---- the handshake

  @Test
  void theRequestIsAnExtendedConnectWithoutFieldsOfAConnection() throws Exception {
    CompletableFuture<Request> request = new CompletableFuture<>();
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          Request asked = with.request();
          request.complete(asked);
          with.headers(
              asked.stream(), false, ":status", "200", "sec-websocket-protocol", "b", "x", "y");
          with.awaitClose();
        });
    HeaderFields fields = new HeaderFields();
    fields.add(HeaderName.of("Cookie"), "a=b");
    fields.add(HeaderName.of("Host"), "elsewhere.test");
    fields.add(HeaderName.of("Connection"), "close");
    fields.add(HeaderName.of("Keep-Alive"), "1");
    WebSocket socket =
        connect(WebSocketConnect.builder().subProtocols("a", "b").headers(fields))
            .await(20, TimeUnit.SECONDS);
    assertEquals("b", socket.subProtocol());
    var head = request.get(20, TimeUnit.SECONDS).headers();
    assertFalse(request.get().ended());
    assertEquals("CONNECT", head.method().toString());
    assertEquals("websocket", head.get(":protocol").toString());
    assertEquals("http", head.scheme().toString());
    assertEquals("/talk?x=1", head.path().toString());
    assertEquals("elsewhere.test", head.authority().toString());
    assertEquals("13", head.get("sec-websocket-version").toString());
    assertEquals("a,b", head.get("sec-websocket-protocol").toString());
    assertEquals(server.url(), head.get("origin") + "/");
    assertEquals("a=b", head.get("cookie").toString());
    for (String none :
        List.of("host", "connection", "upgrade", "keep-alive", "sec-websocket-key")) {
      assertFalse(head.contains(none), none);
    }
    socket.abort();
    assertEquals(1006, heard.code());
  }

  @Test
  void aServerWithoutExtendedConnectIsAClearError() throws Exception {
    serve(
        with -> {
          with.open();
          with.awaitClose();
        });
    String said = failure(WebSocketClientHandshakeException.class).getMessage();
    assertTrue(said.contains("ENABLE_CONNECT_PROTOCOL") && said.contains(":http-versions"), said);
    assertEquals(1, server.connections());
  }

  @Test
  void aServerThatSpeaksHttp1IsAClearError() throws Exception {
    serve(
        with -> {
          with.socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
          with.awaitClose();
        });
    String said = failure(Http2Exception.class).getMessage();
    assertTrue(said.contains("not SETTINGS"), said);
  }

  @Test
  void aRefusalHasStatusFieldsAndBody() throws Exception {
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "103");
          with.headers(stream, false, ":status", "403", "x-why", "because");
          with.data(stream, false, "not ");
          with.data(stream, true, "you");
          with.awaitClose();
        });
    WebSocketClientHandshakeException e = failure(WebSocketClientHandshakeException.class);
    assertEquals("Invalid handshake response getStatus: 403 Forbidden", e.getMessage());
    var data = ((ExceptionInfo) e.getCause()).getData();
    assertEquals(403L, data.valAt(Keyword.intern("status")));
    assertEquals("not you", data.valAt(Keyword.intern("body")));
    assertEquals(
        "because", ((java.util.Map<?, ?>) data.valAt(Keyword.intern("headers"))).get("x-why"));
  }

  @Test
  void anAnswerThatIsNoneOfAWebSocketIsRefused() throws Exception {
    String[][] heads = {
      {":status", "200", "sec-websocket-protocol", "unasked"},
      {":status", "200", "sec-websocket-extensions", "permessage-deflate"},
      {":status", "101"},
      {"no", "status"},
    };
    AtomicInteger next = new AtomicInteger();
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          with.headers(with.request().stream(), false, heads[next.getAndIncrement()]);
          with.awaitClose();
        });
    failure(WebSocketClientHandshakeException.class);
    failure(WebSocketClientHandshakeException.class);
    failure(ProtocolException.class);
    failure(ProtocolException.class);
  }

  @Test
  void aStreamThatIsResetOrLeftAloneIsToldWithItsCode() throws Exception {
    AtomicInteger next = new AtomicInteger();
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          int stream = with.request().stream();
          switch (next.getAndIncrement()) {
            case 0 -> with.reset(stream, REFUSED_STREAM);
            case 1 -> with.goAway(0, NO_ERROR, "");
            default -> with.socket.close();
          }
          with.awaitClose();
        });
    String reset = failure(WebSocketClientHandshakeException.class).getMessage();
    assertTrue(reset.endsWith("REFUSED_STREAM(7)"), reset);
    String goAway = failure(WebSocketClientHandshakeException.class).getMessage();
    assertTrue(goAway.endsWith("NO_ERROR(0)"), goAway);
    String closed = failure(WebSocketClientHandshakeException.class).getMessage();
    assertTrue(closed.contains("closed before"), closed);
  }

  @Test
  void aSilentServerIsGivenUpAndSoIsAnAttemptThatNobodyWants() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          with.request();
          asked.countDown();
          with.awaitClose();
        });
    Deferred<WebSocket> late =
        connect(WebSocketConnect.builder().handshakeTimeout(Duration.ofMillis(50)));
    assertThrows(TimeoutException.class, () -> late.await(20, TimeUnit.SECONDS));
    Deferred<WebSocket> unwanted = connect(WebSocketConnect.builder());
    assertTrue(asked.await(20, TimeUnit.SECONDS));
    unwanted.error(new CancellationException("not any more"));
    assertEquals(2, server.connections());
  }

  @Test
  void aServerThatFloodsIsCut() throws Exception {
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          try {
            for (int i = 0; i < 3000; i++) {
              with.frame(PING, 0, 0, new byte[8]);
            }
          } catch (IOException cut) {
            assertNotNull(cut);
          }
          with.awaitClose();
        });
    String said = failure(Http2Exception.class).getMessage();
    assertTrue(said.contains("PING frames"), said);
  }

  // ---- the end

  @Test
  void theClosingHandshakeEndsTheStreamAndTheConnection() throws Exception {
    CompletableFuture<Frame> close = new CompletableFuture<>();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    serveOpen(
        (with, stream) -> {
          with.data(stream, false, frame(1, "hello"));
          close.complete(with.await(DATA));
          with.data(stream, true, frame(8, "\u0003\u00e8"));
          boolean end = false;
          for (Frame f = with.readAny(); f != null; f = with.readAny()) {
            end |= f.type() == DATA && f.has(END_STREAM);
          }
          ended.complete(end);
        });
    WebSocket socket = open();
    assertEquals("hello", heard.text.get(20, TimeUnit.SECONDS));
    assertTrue(socket.close(1000, "").await(20, TimeUnit.SECONDS));
    assertEquals(0x88, close.get(20, TimeUnit.SECONDS).payload()[0] & 0xff);
    assertEquals(1000, heard.code());
    assertEquals(1000, socket.peerCloseCode());
    assertTrue(ended.get(20, TimeUnit.SECONDS));
  }

  @Test
  void aServersCloseIsAnsweredThoughItsStreamHasEnded() throws Exception {
    CompletableFuture<Frame> answer = new CompletableFuture<>();
    serveOpen(
        (with, stream) -> {
          with.data(stream, true, frame(8, "\u000f\u00a1"));
          answer.complete(with.await(DATA));
          with.awaitClose();
        });
    WebSocket socket = open();
    assertEquals(0x88, answer.get(20, TimeUnit.SECONDS).payload()[0] & 0xff);
    assertEquals(4001, heard.code());
    assertEquals(4001, socket.peerCloseCode());
  }

  @Test
  void whatEndsWithoutACloseIsAbnormal() throws Exception {
    AtomicInteger next = new AtomicInteger();
    serveOpen(
        (with, stream) -> {
          switch (next.getAndIncrement()) {
            case 0 -> with.frame(DATA, END_STREAM, stream);
            case 1 -> with.reset(stream, CANCEL);
            case 2 -> with.goAway(0, NO_ERROR, "");
            default -> with.socket.close();
          }
          with.awaitClose();
        });
    for (int i = 0; i < 4; i++) {
      Heard each = new Heard();
      WebSocket socket =
          WebSocketClient.connect(
                  Url.parse(server.url()),
                  WebSocketConnect.builder().httpVersions("h2").build(),
                  each)
              .await(20, TimeUnit.SECONDS);
      assertEquals(1006, each.code(), "end " + i);
      assertFalse(socket.isOpen());
    }
  }

  @Test
  void anAbortEndsTheStream() throws Exception {
    CompletableFuture<Integer> last = new CompletableFuture<>();
    serveOpen(
        (with, stream) -> {
          int type = -1;
          for (Frame f = with.readAny(); f != null; f = with.readAny()) {
            if (f.type() == RST_STREAM || f.type() == DATA && f.has(END_STREAM)) {
              type = f.type();
            } else {
              assertTrue(f.type() != GOAWAY || type >= 0, "GOAWAY before the stream's end");
            }
          }
          last.complete(type);
        });
    open().abort();
    assertEquals(RST_STREAM, last.get(20, TimeUnit.SECONDS));
    assertEquals(1006, heard.code());
  }

  // ---- flow control

  @Test
  void aListenerThatDoesNotReadStopsTheServerByTheWindow() throws Exception {
    CompletableFuture<Long> window = new CompletableFuture<>();
    CountDownLatch full = new CountDownLatch(1);
    int total = 4 * PADDED_LIMIT;
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1);
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          byte[] message = new byte[8 * 1024];
          message[0] = (byte) 0x82; // 8188 bytes, binary
          message[1] = 126;
          message[2] = (byte) (8188 >> 8);
          message[3] = (byte) 8188;
          long credit = PADDED_LIMIT;
          int sent = 0;
          while (sent < total) {
            while (credit < message.length) {
              full.countDown();
              Frame f = with.await(WINDOW_UPDATE);
              credit += f.stream() == stream ? f.number() : 0;
            }
            with.data(stream, false, message);
            credit -= message.length;
            sent += message.length;
          }
          window.complete(credit);
          with.awaitClose();
        });
    WebSocket socket = open();
    assertTrue(full.await(20, TimeUnit.SECONDS));
    assertFalse(window.isDone());
    assertEquals(0, heard.bytes.get());
    heard.mayGoOn.countDown();
    window.get(20, TimeUnit.SECONDS);
    weir.testing.Await.until("all was heard", () -> heard.bytes.get() == total / 8192 * 8188);
    socket.abort();
  }

  @Test
  void whatIsSentKeepsToTheServersWindow() throws Exception {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    serve(
        with -> {
          with.open(ENABLE_CONNECT_PROTOCOL, 1, INITIAL_WINDOW_SIZE, 1000);
          int stream = with.request().stream();
          with.headers(stream, false, ":status", "200");
          int got = 0;
          while (got < 1000) {
            got += with.await(DATA).payload().length;
          }
          with.frame(PING, 0, 0, new byte[8]);
          Frame next = with.read();
          first.complete(next.type() == PING ? got : -1); // nothing but the answer
          with.frame(WINDOW_UPDATE, 0, stream, new byte[] {0, 1, 0, 0});
          while (got < 5000 + 8) {
            got += with.await(DATA).payload().length;
          }
          with.awaitClose();
        });
    WebSocket socket = open();
    Deferred<Boolean> sent = socket.send(new byte[5000]);
    assertEquals(1000, first.get(20, TimeUnit.SECONDS));
    assertTrue(sent.await(20, TimeUnit.SECONDS));
    socket.abort();
    assertInstanceOf(Integer.class, heard.code());
  }
}
