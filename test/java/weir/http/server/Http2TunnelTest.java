package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.RingRequest;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.stream.Streams;
import weir.testing.FrameClient;

/** Streams that become something else than requests: CONNECT, and WebSockets of RFC 8441. */
class Http2TunnelTest {

  private static final Keyword EXCHANGE = Keyword.intern("weir", "exchange");

  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final CompletableFuture<String> opened = new CompletableFuture<>();
  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private final class Echo implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket) {
      opened.complete(String.valueOf(socket.subProtocol()));
    }

    @Override
    public void onText(WebSocket socket, String text) {
      socket.offer(text);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
    }
  }

  private Object handle(RingRequest request) {
    switch (request.path()) {
      case "/ws":
        assertEquals("GET", request.method());
        assertEquals("websocket", request.headers().get("upgrade"));
        WebSocketUpgrade.accept(
            (Upgradable) request.valAt(EXCHANGE), AcceptOptions.DEFAULT, new Echo());
        return null;
      case "/no":
        return Reply.of(403);
      default:
        request.hijack(Map.of("x", "y")).thenAccept(duplex -> Streams.connect(duplex, duplex));
        return null;
    }
  }

  private FrameClient serve() throws IOException {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2").cleartext(true))
            .application(new JavaApplication(request -> handle((RingRequest) request)))
            .start();
    return new FrameClient(server.port());
  }

  private static void connect(FrameClient client, int stream, String path) throws IOException {
    client.request(
        stream,
        false,
        "CONNECT",
        path,
        ":protocol",
        "websocket",
        "sec-websocket-version",
        "13",
        "origin",
        "http://test");
  }

  /** A masked frame, RFC 6455 §5.2; the mask is zero. */
  private static String frame(int opcode, String payload) {
    return new String(
            new byte[] {(byte) (0x80 | opcode), (byte) (0x80 | payload.length()), 0, 0, 0, 0},
            StandardCharsets.ISO_8859_1)
        + payload;
  }

  private static void awaitBytes(FrameClient client, int stream, int n) throws IOException {
    while (client.soFar(stream).body.size() < n) {
      client.read();
    }
  }

  @Test
  void theServerSaysThatItKnowsExtendedConnect() throws Exception {
    try (FrameClient client = serve()) {
      byte[] settings = client.await(FrameClient.SETTINGS).payload();
      boolean found = false;
      for (int i = 0; i < settings.length; i += 6) {
        found |= settings[i + 1] == 8 && settings[i + 5] == 1;
      }
      assertTrue(found);
    }
  }

  @Test
  void aWebSocketLivesOnAStreamBesideOtherRequests() throws Exception {
    try (FrameClient client = serve()) {
      connect(client, 1, "/ws");
      Map<String, String> head = client.awaitHead(1);
      assertEquals("200", head.get(":status"));
      assertNull(head.get("sec-websocket-accept"));
      assertEquals("null", opened.get(20, TimeUnit.SECONDS));
      client.data(1, false, frame(1, "hello"));
      awaitBytes(client, 1, 7);
      assertArrayEquals("\u0081\u0005hello".getBytes(StandardCharsets.ISO_8859_1), bytes(client));
      connect(client, 3, "/no");
      assertEquals(403, client.response(3).status());
      client.data(1, true, frame(8, "\u0003\u00e8"));
      client.response(1);
      assertTrue(client.soFar(1).ended);
      assertEquals(1000, closed.get(20, TimeUnit.SECONDS));
    }
  }

  private static byte[] bytes(FrameClient client) {
    return client.soFar(1).body.toByteArray();
  }

  @Test
  void aClientThatResetsTheStreamClosesTheWebSocket() throws Exception {
    try (FrameClient client = serve()) {
      connect(client, 1, "/ws");
      client.awaitHead(1);
      client.reset(1, FrameClient.CANCEL);
      assertEquals(1006, closed.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void anUnknownProtocolIsA501() throws Exception {
    try (FrameClient client = serve()) {
      client.request(1, false, "CONNECT", "/ws", ":protocol", "carrier-pigeon");
      assertEquals(501, client.response(1).status());
    }
  }

  @Test
  void aConnectBecomesATunnel() throws Exception {
    try (FrameClient client = serve()) {
      client.fields(1, false, ":method", "CONNECT", ":authority", "other:443");
      assertEquals("200", client.awaitHead(1).get(":status"));
      assertEquals("y", client.awaitHead(1).get("x"));
      client.data(1, false, "abc").data(1, false, "def");
      awaitBytes(client, 1, 6);
      assertEquals("abcdef", client.soFar(1).text());
      client.data(1, true, "");
      assertTrue(client.response(1).ended);
    }
  }
}
