package weir.http.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.websocket.RawWebSocket.Frame;
import weir.http.websocket.Servers.Threads;
import weir.testing.Await;
import weir.testing.RawClient;

/** What a server does on a WebSocket, byte by byte. */
class WebSocketServerTest {

  private final Recorder recorder = new Recorder();
  private HttpServer server;

  private RawWebSocket open(String... headers) throws Exception {
    return open(WebSocketConfig.DEFAULT, headers);
  }

  private RawWebSocket open(WebSocketConfig config, String... headers) throws Exception {
    server = Servers.start(Threads.WORKERS, config, recorder);
    return RawWebSocket.open(server.port(), headers);
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.shutdown(Duration.ofSeconds(2)).await();
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Threads.class)
  void messagesOfAllSizesComeBack(Threads threads) throws Exception {
    WebSocketConfig config = WebSocketConfig.builder().maxFrameBytes(1 << 20).build();
    server = Servers.start(threads, config, recorder);
    try (RawWebSocket client = RawWebSocket.open(server.port())) {
      for (int size : new int[] {0, 1, 125, 126, 127, 65535, 65536, 1 << 20}) {
        byte[] data = random(size);
        client.binary(data);
        Frame frame = client.read();
        assertEquals(0x82, frame.first());
        assertArrayEquals(data, frame.payload());
      }
      client.text("ä€𝄞");
      assertEquals("ä€𝄞", client.read().text());
      client.close(1000, "bye");
      Frame close = client.read();
      assertEquals(1000, close.code());
      assertEquals("bye", close.reason());
      assertTrue(client.atEnd());
    }
    assertEquals("1000 bye", recorder.close());
    assertEquals("open", recorder.events.get(0));
    assertEquals("close", recorder.events.get(recorder.events.size() - 1));
  }

  @ParameterizedTest
  @EnumSource(Threads.class)
  void framesThatComeWithTheHandshakeAreKept(Threads threads) throws Exception {
    server = Servers.start(threads, WebSocketConfig.DEFAULT, recorder);
    try (RawWebSocket client = new RawWebSocket(server.port())) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write("GET /first HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      all.write(RawWebSocket.handshake().getBytes(StandardCharsets.UTF_8));
      all.write(RawWebSocket.frame(0x81, "early".getBytes(StandardCharsets.UTF_8)));
      client.write(all.toByteArray());
      assertTrue(client.readHead().startsWith("HTTP/1.1 200"));
      client.in().readNBytes("/first".length());
      assertTrue(client.readHead().startsWith("HTTP/1.1 101 Switching Protocols\r\n"));
      assertTrue(client.head().contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
      assertEquals("early", client.read().text());
    }
  }

  @Test
  void fragmentsAreJoinedAndPingsBetweenThemAnswered() throws Exception {
    try (RawWebSocket client = open()) {
      byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
      client.write(RawWebSocket.frame(0x01, new byte[] {euro[0]}));
      client.write(RawWebSocket.frame(0x89, "p".getBytes(StandardCharsets.UTF_8)));
      client.write(RawWebSocket.frame(0x00, new byte[] {euro[1]}));
      client.write(RawWebSocket.frame(0x80, new byte[] {euro[2]}));
      Frame pong = client.read();
      assertEquals(Opcode.PONG, pong.opcode());
      assertEquals("p", pong.text());
      assertEquals("€", client.read().text());
      assertEquals(List.of("open", "ping 1", "text 1"), recorder.events);
    }
  }

  /**
   * RFC 6455 §5 to §8, one wrong frame each: what is sent, the code that comes. [B]: text that is not
   * UTF-8 was mended in silence.
   */
  @ParameterizedTest
  @CsvSource({
    "unmasked,              8100,                         1002",
    "reserved bit 1,        c180 00000000,                1002",
    "reserved bit 2,        a180 00000000,                1002",
    "reserved bit 3,        9180 00000000,                1002",
    "unknown opcode,        8380 00000000,                1002",
    "unknown control,       8b80 00000000,                1002",
    "long ping,             89fe 007e 00000000,           1002",
    "fragmented ping,       0980 00000000,                1002",
    "stray continuation,    8080 00000000,                1002",
    "message in message,    0180 00000000 8180 00000000,  1002",
    "length not minimal,    82fe 007d 00000000,           1002",
    "long not minimal,      82ff 000000000000ffff 00000000, 1002",
    "negative length,       82ff 8000000000000000 00000000, 1002",
    "too big,               82ff 0000000000010001 00000000, 1009",
    "text not UTF-8,        8182 00000000 c328,           1007",
    "surrogate,             8183 00000000 eda080,         1007",
    "cut character,         8181 00000000 c3,             1007",
    "fault in 1st fragment, 0181 00000000 ff,             1007",
    "close with one byte,   8881 00000000 03,             1002",
    "close reason no UTF-8, 8883 00000000 03e8ff,         1007"
  })
  void whatTheProtocolForbidsEndsTheConnection(String what, String hex, int code) throws Exception {
    try (RawWebSocket client = open()) {
      client.text("fine");
      assertEquals("fine", client.read().text());
      client.write(HexFormat.of().parseHex(hex.replace(" ", "")));
      Frame close = client.read();
      assertEquals(Opcode.CLOSE, close.opcode());
      assertEquals(code, close.code(), what);
      assertFalse(close.reason().isEmpty());
      assertTrue(client.atEnd());
    }
    assertTrue(recorder.close().startsWith(code + " "));
    assertEquals(List.of("open", "text 4", "error WebSocketException", "close"), recorder.events);
  }

  /** [B]: a fragmented message over the limit was dropped without a Close. */
  @Test
  void aMessageOfTooManyFragmentsEndsWith1009() throws Exception {
    WebSocketConfig config = WebSocketConfig.builder().maxMessageBytes(1000).build();
    try (RawWebSocket client = open(config)) {
      client.binary(new byte[2000]); // a single frame has the other limit
      assertEquals(2000, client.read().payload().length);
      client.write(RawWebSocket.frame(0x02, new byte[600]));
      client.write(RawWebSocket.frame(0x00, new byte[600]));
      Frame close = client.read();
      assertEquals(1009, close.code());
      assertEquals("Max message length of 1000 has been exceeded.", close.reason());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aPeerThatGoesOnSendingTooMuchStillReadsTheClose() throws Exception {
    try (RawWebSocket client = open()) {
      byte[] head = {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
      client.write(head);
      client.write(new byte[256 * 1024]);
      Frame close = client.read();
      assertEquals(1009, close.code());
      assertEquals("Max frame length of 65536 has been exceeded.", close.reason());
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999})
  void legalCloseCodesAreEchoed(int code) throws Exception {
    try (RawWebSocket client = open()) {
      client.close(code, "why");
      Frame close = client.read();
      assertEquals(code, close.code());
      assertEquals("why", close.reason());
      assertTrue(client.atEnd());
    }
    assertEquals(code + " why", recorder.close());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
  void illegalCloseCodesAreRefused(int code) throws Exception {
    try (RawWebSocket client = open()) {
      client.close(code, "");
      assertEquals(1002, client.read().code());
      assertTrue(client.atEnd());
    }
  }

  @ParameterizedTest
  @EnumSource(Threads.class)
  void answersToWhatCameBeforeACloseAreSent(Threads threads) throws Exception {
    server = Servers.start(threads, WebSocketConfig.DEFAULT, recorder);
    try (RawWebSocket client = RawWebSocket.open(server.port())) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = 0; i < 100; i++) {
        all.write(RawWebSocket.frame(0x81, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
      }
      all.write(RawWebSocket.frame(0x88, RawWebSocket.closePayload(1000, "")));
      client.write(all.toByteArray());
      for (int i = 0; i < 100; i++) {
        assertEquals(Integer.toString(i), client.read().text());
      }
      assertEquals(1000, client.read().code());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void anEmptyCloseIsAnsweredWithAnEmptyOne() throws Exception {
    try (RawWebSocket client = open()) {
      client.write(RawWebSocket.frame(0x88, new byte[0]));
      Frame close = client.read();
      assertEquals(0, close.payload().length);
      assertTrue(client.atEnd());
    }
    assertEquals("1005 ", recorder.close());
  }

  @Test
  void aCloseOfTheServerWaitsForThePeer() throws Exception {
    try (RawWebSocket client = open()) {
      WebSocket socket = recorder.socket();
      assertTrue(socket.close(4001, "enough").await());
      assertFalse(socket.close(4002, "again").await());
      assertFalse(socket.send("late").await());
      assertFalse(socket.isOpen());
      Frame close = client.read();
      assertEquals(4001, close.code());
      assertEquals("enough", close.reason());
      client.text("dropped");
      client.close(4001, "enough");
      assertTrue(client.atEnd());
      assertEquals("4001 enough", recorder.close());
      assertEquals(4001, socket.peerCloseCode());
      assertEquals(List.of("open", "close"), recorder.events);
    }
  }

  @Test
  void aPeerThatDoesNotAnswerACloseIsNotWaitedForLong() throws Exception {
    WebSocketConfig config = WebSocketConfig.builder().closeTimeout(Duration.ofMillis(50)).build();
    try (RawWebSocket client = open(config)) {
      recorder.socket().close(CloseCode.WITHOUT, null);
      assertEquals(0, client.read().payload().length);
      assertTrue(client.atEnd());
    }
    assertEquals("1005 ", recorder.close());
  }

  @Test
  void aLostConnectionIs1006() throws Exception {
    RawWebSocket client = open();
    recorder.socket();
    client.close();
    assertEquals("1006 ", recorder.close());
    assertEquals(List.of("open", "error ClosedChannelException", "close"), recorder.events);
  }

  @Test
  void aStoppingServerSays1001() throws Exception {
    try (RawWebSocket client = open()) {
      recorder.socket();
      Deferred<Boolean> stopped = server.shutdown(Duration.ofSeconds(20));
      Frame close = client.read();
      assertEquals(1001, close.code());
      client.close(1001, "");
      assertTrue(client.atEnd());
      assertTrue(stopped.await(20, TimeUnit.SECONDS));
      assertEquals("1001 ", recorder.close());
    }
  }

  @Test
  void aListenerThatThrowsEndsItsConnection() throws Exception {
    Recorder failing =
        new Recorder() {
          @Override
          public void onText(WebSocket socket, String text) {
            throw new IllegalStateException("wanted by the test: " + text);
          }
        };
    server = Servers.start(Threads.WORKERS, WebSocketConfig.DEFAULT, failing);
    try (RawWebSocket client = RawWebSocket.open(server.port())) {
      client.text("secret");
      client.text("second");
      Frame close = client.read();
      assertEquals(1011, close.code());
      assertFalse(close.reason().contains("secret"));
      client.close(1011, "");
      assertTrue(client.atEnd());
    }
    assertEquals("1011 internal error", failing.close());
    assertEquals(List.of("open", "error IllegalStateException", "close"), failing.events);
  }

  @Test
  void pingsAreAwaitedTogether() throws Exception {
    try (RawWebSocket client = open()) {
      WebSocket socket = recorder.socket();
      Deferred<Boolean> first = socket.ping("1".getBytes(StandardCharsets.UTF_8));
      Deferred<Boolean> second = socket.ping("2".getBytes(StandardCharsets.UTF_8));
      Frame ping = client.read();
      assertEquals(Opcode.PING, ping.opcode());
      assertEquals("1", ping.text());
      socket.offer("behind both");
      assertEquals("behind both", client.read().text());
      client.write(RawWebSocket.frame(0x8a, new byte[0]));
      assertTrue(first.await(20, TimeUnit.SECONDS));
      assertTrue(second.await(20, TimeUnit.SECONDS));
      Deferred<Boolean> third = socket.ping(new byte[0]);
      assertEquals(Opcode.PING, client.read().opcode());
      client.socket().close();
      assertFalse(third.await(20, TimeUnit.SECONDS));
      assertFalse(socket.ping(new byte[0]).await());
    }
  }

  @Test
  void heartbeatsAreSentAndMissedOnesCutTheConnection() throws Exception {
    WebSocketConfig config =
        WebSocketConfig.builder()
            .heartbeats(Duration.ofMillis(20), new byte[] {7}, Duration.ofMillis(60))
            .build();
    try (RawWebSocket client = open(config)) {
      for (int i = 0; i < 3; i++) {
        Frame ping = client.read();
        assertEquals(Opcode.PING, ping.opcode());
        client.write(RawWebSocket.frame(0x8a, ping.payload()));
      }
      assertEquals(Opcode.PING, client.read().opcode());
      assertTrue(client.atEnd());
    }
    assertEquals("1006 ", recorder.close());
    assertTrue(recorder.events.contains("error IOException"));
  }

  /** [B]: the server's idle timeout closed without a Close frame. */
  @Test
  void anIdleConnectionGets1001() throws Exception {
    WebSocketConfig config = WebSocketConfig.builder().idleTimeout(Duration.ofMillis(50)).build();
    try (RawWebSocket client = open(config)) {
      assertEquals(1001, client.read().code());
    }
    assertEquals("1001 idle timeout", recorder.close());
  }

  @Test
  void manyMessagesKeepTheirOrder() throws Exception {
    try (RawWebSocket client = open()) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = 0; i < 10_000; i++) {
        all.write(RawWebSocket.frame(0x81, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
      }
      Thread writer =
          new Thread(
              () -> {
                try {
                  client.write(all.toByteArray());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      writer.start();
      for (int i = 0; i < 10_000; i++) {
        assertEquals(Integer.toString(i), client.read().text());
      }
      writer.join();
    }
  }

  @Test
  void aListenerThatPausesStopsTheSender() throws Exception {
    Recorder pausing =
        new Recorder() {
          @Override
          public void onBinary(WebSocket socket, byte[] data) {
            super.onBinary(socket, new byte[0]);
            socket.pause();
          }
        };
    server = Servers.start(Threads.WORKERS, WebSocketConfig.DEFAULT, pausing);
    try (RawWebSocket client = RawWebSocket.open(server.port())) {
      WebSocket socket = pausing.socket();
      byte[] frame = RawWebSocket.frame(0x82, new byte[60_000]);
      AtomicInteger sent = new AtomicInteger();
      Thread writer =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 500; i++) {
                    client.write(frame);
                    sent.incrementAndGet();
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      writer.start();
      Await.until("reading has stopped", () -> !socket.channel().config().isAutoRead());
      assertTrue(sent.get() < 500);
      for (int i = 0; i < 500; i++) {
        client.read();
        socket.resume();
      }
      writer.join();
    }
  }

  // ---- the handshake

  private RawClient.Response ask(String request) throws Exception {
    server = Servers.start(Threads.WORKERS, WebSocketConfig.DEFAULT, recorder);
    try (RawClient client = new RawClient(server.port())) {
      return client.send(request).read();
    }
  }

  /** [B]: HTTP/1.0 was upgraded. */
  @ParameterizedTest
  @CsvSource({
    "GET /ws,                    POST /ws",
    "HTTP/1.1,                   HTTP/1.0",
    "Upgrade: websocket,         Upgrade: other",
    "'keep-alive, Upgrade',      keep-alive",
    "dGhlIHNhbXBsZSBub25jZQ==,   short",
    "Sec-WebSocket-Key,          X-Key"
  })
  void whatIsNoHandshakeGets400(String part, String instead) throws Exception {
    RawClient.Response response = ask(RawWebSocket.handshake().replace(part, instead));
    assertEquals(400, response.status());
    assertEquals("expected websocket request", response.text());
    assertTrue(response.header("content-type").startsWith("text/plain"));
    assertEquals("Close", response.header("connection"));
    assertEquals(List.of(), recorder.events);
  }

  @Test
  void anotherVersionGets426() throws Exception {
    RawClient.Response response =
        ask(RawWebSocket.handshake().replace("Version: 13", "Version: 8"));
    assertEquals(426, response.status());
    assertEquals("13", response.header("sec-websocket-version"));
    assertEquals("0", response.header("content-length"));
  }
}
