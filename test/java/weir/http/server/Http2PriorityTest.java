package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.http2.Http2Config;
import weir.testing.FrameClient;
import weir.testing.FrameClient.Frame;

/** Whose DATA is sent first when the window of the connection opens (RFC 9218). */
class Http2PriorityTest {

  private static final int WINDOW = 65_535;
  private static final int PRIORITY_UPDATE = 0x10;
  private static final int FRAME_SIZE_ERROR = 6;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  /** Returns a client whose window is shut: a first response has taken all of it. */
  private FrameClient shut() throws IOException {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(r -> Reply.of(200).body(new byte[Integer.parseInt(r.path().substring(1))]))
            .start();
    FrameClient client = new FrameClient(server.port());
    client.get(1, "/" + WINDOW).response(1);
    return client;
  }

  /** Asks for a body, and waits until it could be sent if there were room. */
  private static void ask(FrameClient client, int stream, int bytes, String... priority)
      throws IOException {
    client.get(stream, "/" + bytes, priority).awaitHead(stream);
  }

  /** Opens the window, and returns the streams in the order in which they have sent, until they end. */
  private static List<Integer> open(FrameClient client, int... streams) throws IOException {
    List<Integer> order = new ArrayList<>();
    client.window(0, 1 << 20);
    int open = streams.length;
    while (open > 0) {
      Frame frame = client.read();
      if (frame.type() != FrameClient.DATA) {
        continue;
      }
      if (order.isEmpty() || order.get(order.size() - 1) != frame.stream()) {
        order.add(frame.stream());
      }
      if ((frame.flags() & FrameClient.END_STREAM) != 0) {
        open--;
      }
    }
    for (int stream : streams) {
      assertTrue(client.soFar(stream).ended);
    }
    return order;
  }

  @Test
  void theMostUrgentIsSentFirst() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 20_000, "priority", "u=5");
      ask(client, 5, 20_000);
      ask(client, 7, 20_000, "priority", "u=1");
      ask(client, 9, 20_000, "priority", "u=0, i");
      assertEquals(List.of(9, 7, 5, 3), open(client, 3, 5, 7, 9));
    }
  }

  @Test
  void whatIsOfUseOnlyAsAWholeIsSentOneAfterTheOther() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 60_000, "priority", "u=2");
      ask(client, 5, 60_000, "priority", "u=2");
      assertEquals(List.of(3, 5), open(client, 3, 5));
    }
  }

  @Test
  void whatIsOfUseInPartsTakesTurns() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 60_000, "priority", "u=2, i");
      ask(client, 5, 60_000, "priority", "u=2, i");
      List<Integer> order = open(client, 3, 5);
      assertTrue(order.size() >= 6, order::toString);
    }
  }

  @Test
  void anUrgentStreamWhoseOwnWindowIsShutHoldsUpNobody() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 2 * WINDOW, "priority", "u=0");
      ask(client, 5, 20_000, "priority", "u=7");
      assertEquals(List.of(3, 5), open(client, 5));
      client.window(3, WINDOW);
      assertEquals(2 * WINDOW, client.response(3).body.size());
    }
  }

  @Test
  void anUrgentStreamThatIsResetHoldsUpNobody() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 20_000, "priority", "u=0");
      ask(client, 5, 20_000, "priority", "u=7");
      client.reset(3, FrameClient.CANCEL);
      assertEquals(List.of(5), open(client, 5));
    }
  }

  @Test
  void withoutPrioritiesNobodyWaitsForAnother() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 60_000);
      ask(client, 5, 60_000);
      assertTrue(open(client, 3, 5).containsAll(List.of(3, 5)));
    }
  }

  // ---- PRIORITY_UPDATE, RFC 9218 §7.1

  private static FrameClient update(FrameClient client, int stream, String field)
      throws IOException {
    byte[] text = field.getBytes(StandardCharsets.US_ASCII);
    byte[] payload = ByteBuffer.allocate(4 + text.length).putInt(stream).put(text).array();
    return client.frame(PRIORITY_UPDATE, 0, 0, payload);
  }

  /** Waits until the server has read what was sent. */
  private static void awaitRead(FrameClient client) throws IOException {
    client.frame(FrameClient.PING, 0, 0, new byte[8]);
    client.await(FrameClient.PING);
  }

  @Test
  void anUpdateCountsForStreamsThatAreOpen() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 20_000, "priority", "u=5");
      ask(client, 5, 20_000);
      ask(client, 7, 20_000, "priority", "u=1");
      ask(client, 9, 20_000, "priority", "u=2");
      update(client, 5, "u=7");
      update(client, 3, "u=0");
      update(client, 9, "u=1");
      update(client, 9, "u=2, i");
      awaitRead(client);
      assertEquals(List.of(3, 7, 9, 5), open(client, 3, 5, 7, 9));
    }
  }

  @Test
  void anUpdateMayComeBeforeTheStreamAndWinsOverItsField() throws Exception {
    try (FrameClient client = shut()) {
      update(client, 5, "u=7");
      update(client, 7, "u=6");
      update(client, 5, "u=0");
      ask(client, 3, 20_000, "priority", "u=4");
      ask(client, 5, 20_000, "priority", "u=7");
      ask(client, 7, 20_000, "priority", "u=0");
      assertEquals(List.of(5, 3, 7), open(client, 3, 5, 7));
    }
  }

  @Test
  void anUpdateMayBeEmptyOrUnreadableOrLate() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 5, 20_000, "priority", "u=7");
      update(client, 1, "u=0"); // has ended
      update(client, 3, "u=0"); // was skipped, and so has ended
      update(client, 5, "");
      update(client, 5, "=\u0000;" + "u=0,".repeat(1000));
      ask(client, 7, 20_000, "priority", "u=6");
      assertEquals(List.of(5, 7), open(client, 5, 7));
    }
  }

  @Test
  void streamsThatWereAnnouncedAndSkippedAreForgotten() throws Exception {
    try (FrameClient client = shut()) {
      for (int round = 0; round < 3; round++) {
        int first = 3 + 1000 * round;
        for (int i = 0; i < 100; i++) {
          update(client, first + 2 * i, "u=0");
        }
        assertEquals(200, client.get(first + 500, "/0").response(first + 500).status());
      }
    }
  }

  @Test
  void moreAnnouncedStreamsThanMayBeOpenAreAnError() throws Exception {
    try (FrameClient client = shut()) {
      ask(client, 3, 20_000);
      for (int i = 0; i < Http2Config.DEFAULT_MAX_CONCURRENT_STREAMS; i++) {
        update(client, 5 + 2 * i, "u=0");
      }
      assertEquals(FrameClient.PROTOCOL_ERROR, client.goAway());
    }
  }

  /** What a client must not send. */
  enum Wrong {
    STREAM_0(0, "00000000"),
    PUSH(0, "00000002"),
    ON_A_STREAM(3, "00000003"),
    SHORT(0, "0000") {
      @Override
      int error() {
        return FRAME_SIZE_ERROR;
      }
    };

    private final int on;
    private final byte[] payload;

    Wrong(int on, String payload) {
      this.on = on;
      this.payload = HexFormat.of().parseHex(payload);
    }

    int error() {
      return FrameClient.PROTOCOL_ERROR;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWrongUpdateIsAnErrorOfTheConnection(Wrong wrong) throws Exception {
    try (FrameClient client = shut()) {
      client.frame(PRIORITY_UPDATE, 0, wrong.on, wrong.payload);
      assertEquals(wrong.error(), client.goAway());
      assertTrue(client.atEnd());
    }
  }

  // ---- SETTINGS_NO_RFC7540_PRIORITIES, RFC 9218 §2.1

  private static byte[] setting(int value) {
    return new byte[] {0, 9, 0, 0, 0, (byte) value};
  }

  @Test
  void theServerHasDoneWithTheOldPriorities() throws Exception {
    try (FrameClient client = shut();
        FrameClient fresh = new FrameClient(server.port())) {
      byte[] settings = fresh.await(FrameClient.SETTINGS).payload();
      boolean found = false;
      for (int i = 0; i < settings.length; i += 6) {
        found |= settings[i + 1] == 9 && settings[i + 5] == 1;
      }
      assertTrue(found);
      client.frame(FrameClient.SETTINGS, 0, 0, setting(1)); // the first ones did not say so
      assertEquals(FrameClient.PROTOCOL_ERROR, client.goAway());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aClientsSettingIsRead(int value) throws Exception {
    shut().close();
    try (FrameClient client =
        new FrameClient(new Socket(InetAddress.getLoopbackAddress(), server.port()))) {
      client.send(FrameClient.preface()).frame(FrameClient.SETTINGS, 0, 0, setting(value));
      if (value > 1) {
        assertEquals(FrameClient.PROTOCOL_ERROR, client.goAway());
      } else {
        client.frame(FrameClient.SETTINGS, 0, 0, setting(value)).frame(FrameClient.SETTINGS, 0, 0);
        assertEquals(200, client.get(1, "/1").response(1).status());
      }
    }
  }
}
