package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.http2.Http2Config;
import weir.testing.Await;
import weir.testing.FrameClient;

/** Clients that send what costs them little and us much are cut off, and others are served on. */
class Http2FloodTest {

  private static final int FRAMES = 20_000;
  private static final byte[] NOTHING = new byte[0];

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private FrameClient serve(UnaryOperator<HttpServer.Builder> options) throws IOException {
    HttpServer.Builder builder =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(
                r ->
                    switch (r.path()) {
                      case "/large" -> Reply.of(200).body(new byte[1 << 20]);
                      case "/read" ->
                          Reply.text("" + ((InputStream) r.body()).readAllBytes().length);
                      default -> Reply.text(r.path());
                    });
    server = options.apply(builder).start();
    return new FrameClient(server.port());
  }

  private FrameClient serve() throws IOException {
    return serve(b -> b);
  }

  /** What is sent over and over. */
  enum Flood {
    SETTINGS(FrameClient.encode(FrameClient.SETTINGS, 0, 0)),
    SETTINGS_ACKS(FrameClient.encode(FrameClient.SETTINGS, FrameClient.ACK, 0)),
    PING(FrameClient.encode(FrameClient.PING, 0, 0, new byte[8])),
    PRIORITY(FrameClient.encode(FrameClient.PRIORITY, 0, 7, new byte[] {0, 0, 0, 0, 1})),
    PRIORITY_UPDATE(FrameClient.encode(16, 0, 0, new byte[] {0, 0, 0, 1, 'i'})),
    UNKNOWN(FrameClient.encode(77, 0, 0, new byte[] {1, 2, 3})),
    WINDOW_UPDATE(FrameClient.encode(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(1)));

    private final byte[] frame;

    Flood(byte[] frame) {
      this.frame = frame;
    }
  }

  private static byte[] times(int n, byte[] frame) {
    byte[] all = new byte[n * frame.length];
    for (int i = 0; i < n; i++) {
      System.arraycopy(frame, 0, all, i * frame.length, frame.length);
    }
    return all;
  }

  /** Sends bytes to a peer that may close the connection while it reads them. */
  private static void pour(FrameClient client, byte[] bytes) throws IOException {
    try {
      client.send(bytes);
    } catch (SocketException closed) {
      assertTrue(client.socket().isConnected());
    }
  }

  private void assertCut(FrameClient client, int error) throws IOException {
    assertEquals(error, client.goAway());
    assertTrue(client.atEnd());
    try (FrameClient other = new FrameClient(server.port())) {
      assertEquals("/other", other.get(1, "/other").response(1).text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfFramesThatCarryNothingIsCut(Flood flood) throws Exception {
    try (FrameClient client = serve()) {
      pour(client, times(FRAMES, flood.frame));
      assertCut(client, FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void aFloodOfEmptyDataIsCut() throws Exception {
    try (FrameClient client = serve()) {
      client.request(1, false, "POST", "/read");
      pour(client, times(FRAMES, FrameClient.encode(FrameClient.DATA, 0, 1)));
      assertCut(client, FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void aFloodOfContinuationsIsCut() throws Exception {
    try (FrameClient client = serve()) {
      client.frame(FrameClient.HEADERS, 0, 1, FrameClient.section(":method", "GET"));
      pour(client, times(FRAMES, FrameClient.encode(FrameClient.CONTINUATION, 0, 1, NOTHING)));
      assertCut(client, FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void requestsThatAreResetAtOnceAreCut() throws Exception {
    try (FrameClient client = serve()) {
      byte[] request =
          FrameClient.section(
              ":method", "GET", ":scheme", "http", ":authority", "test", ":path", "/x");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int stream = 1; stream < 2000; stream += 2) {
        all.writeBytes(FrameClient.encode(FrameClient.HEADERS, 5, stream, request));
        all.writeBytes(
            FrameClient.encode(
                FrameClient.RST_STREAM, 0, stream, FrameClient.number(FrameClient.CANCEL)));
      }
      pour(client, all.toByteArray());
      assertCut(client, FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  /** The twin of the rapid reset: the client makes the server reset its streams. */
  @Test
  void requestsThatMakeTheServerResetThemAreCut() throws Exception {
    try (FrameClient client = serve()) {
      byte[] request =
          FrameClient.section(
              ":method", "GET", ":scheme", "http", ":authority", "test", ":path", "/x");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int stream = 1; stream < 2000; stream += 2) {
        all.writeBytes(FrameClient.encode(FrameClient.HEADERS, 5, stream, request));
        all.writeBytes(
            FrameClient.encode(
                FrameClient.WINDOW_UPDATE, 0, stream, FrameClient.number(0))); // RFC 9113 §6.9
      }
      pour(client, all.toByteArray());
      assertCut(client, FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void aFieldSectionOverTheLimitIsA431() throws Exception {
    try (FrameClient client = serve()) {
      client.get(1, "/", "x", "y".repeat(9000));
      assertEquals(431, client.response(1).status());
      assertEquals("/other", client.get(3, "/other").response(3).text());
    }
  }

  /** A small section that the decoder's table makes large (RFC 7541 §7.3). */
  @Test
  void aFieldSectionThatGrowsInTheDecoderIsA431() throws Exception {
    try (FrameClient client = serve()) {
      ByteArrayOutputStream bomb = new ByteArrayOutputStream();
      bomb.writeBytes(
          FrameClient.section(
              ":method", "GET", ":scheme", "http", ":authority", "test", ":path", "/"));
      bomb.writeBytes(new byte[] {0x40, 1, 'x', 0x7f, (byte) 0x80 | 0x21 & 0x7f, 0x1e});
      byte[] value = new byte[127 + 0x21 + (0x1e << 7)];
      Arrays.fill(value, (byte) 'a');
      bomb.writeBytes(value);
      byte[] again = new byte[2000];
      Arrays.fill(again, (byte) 0xbe); // the newest entry of the dynamic table
      bomb.writeBytes(again);
      client.frame(FrameClient.HEADERS, 5, 1, bomb.toByteArray());
      FrameClient.Frame frame = client.read();
      while (frame.type() != FrameClient.GOAWAY && client.soFar(1).heads.isEmpty()) {
        frame = client.read();
      }
      assertTrue(frame.type() == FrameClient.GOAWAY || client.soFar(1).status() == 431);
    }
  }

  @Test
  void streamsOverTheLimitAreRefused() throws Exception {
    try (FrameClient client =
        serve(
            b ->
                b.http2(
                    h ->
                        h.limits(
                            weir.http.http2.Http2Config.builder()
                                .maxConcurrentStreams(2)
                                .build())))) {
      client.await(FrameClient.SETTINGS);
      client.request(1, false, "POST", "/read").request(3, false, "POST", "/read");
      client.request(5, true, "POST", "/read");
      assertEquals(FrameClient.REFUSED_STREAM, client.awaitReset(5));
      client.data(1, true, "ab");
      assertEquals("2", client.response(1).text());
    }
  }

  @Test
  void aClientThatNeverOpensItsWindowLosesTheStream() throws Exception {
    try (FrameClient client = serve(b -> b.writeTimeout(Duration.ofMillis(200)))) {
      client.get(1, "/large");
      assertEquals(FrameClient.CANCEL, client.awaitReset(1));
      assertEquals("/other", client.get(3, "/other").window(0, 100).response(3).text());
    }
  }

  /** Slow is not stalled: every piece that is taken counts. */
  @Test
  void aClientThatTakesALargeBodyBitByBitGetsAllOfIt() throws Exception {
    Http2Config patient = Http2Config.builder().maxWindowUpdates(1_000_000).build();
    try (FrameClient client =
            serve(b -> b.writeTimeout(Duration.ofSeconds(3)).http2(h -> h.limits(patient)));
        FrameClient stalled = new FrameClient(server.port())) {
      client.get(1, "/large").window(0, 1 << 20);
      CompletableFuture<Void> cut = CompletableFuture.runAsync(() -> stall(stalled));
      for (int taken = 65_535; taken < 1 << 20; ) {
        while (client.soFar(1).body.size() < taken) {
          client.read();
        }
        int more = cut.isDone() ? 65_536 : 8; // slow for longer than others may stall
        client.window(1, more);
        taken += more;
      }
      cut.get();
      assertEquals(1 << 20, client.response(1).body.size());
    }
  }

  private static void stall(FrameClient client) {
    try {
      assertEquals(FrameClient.CANCEL, client.get(1, "/large").awaitReset(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFieldSectionThatDribblesInIsCut() throws Exception {
    try (FrameClient client = serve(b -> b.headerTimeout(Duration.ofMillis(200)))) {
      client
          .neverAcknowledging()
          .frame(FrameClient.HEADERS, 0, 1, FrameClient.section(":method", "GET"));
      assertCut(client, FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void aBodyThatStopsIsA408() throws Exception {
    try (FrameClient client = serve(b -> b.bodyTimeout(Duration.ofMillis(200)))) {
      client.request(1, false, "POST", "/read").data(1, false, "a");
      assertEquals(408, client.response(1).status());
      assertEquals(FrameClient.NO_ERROR, client.awaitReset(1));
    }
  }

  @Test
  void aConnectionWithoutRequestsIsClosed() throws Exception {
    try (FrameClient client = serve(b -> b.keepAliveTimeout(Duration.ofMillis(200)))) {
      assertEquals("/x", client.get(1, "/x").response(1).text());
      assertEquals(FrameClient.NO_ERROR, client.goAway());
      assertTrue(client.atEnd());
    }
  }

  /** Asks on a connection of its own, and reads what it is answered. */
  private static final class Requests implements Closeable {
    private final FrameClient client;
    private int made;

    Requests(int port) throws IOException {
      client = new FrameClient(port);
    }

    void make() {
      try {
        int stream = 2 * made++ + 1;
        client.get(stream, "/other").response(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  /** Heads are not flow-controlled: without a limit they would pile up as fast as a client asks. */
  @Test
  void aClientThatReadsNothingIsNotRead() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Handler count =
        request -> {
          if (request.path().equals("/x")) {
            asked.incrementAndGet();
          }
          return Reply.of(204);
        };
    try (FrameClient client = serve(b -> b.handler(count).onEventLoop());
        Requests pace = new Requests(server.port());
        Requests other = new Requests(server.port())) {
      client.socket().setReceiveBufferSize(4096);
      byte[] request =
          FrameClient.section(
              ":method", "GET", ":scheme", "http", ":authority", "test", ":path", "/x");
      Thread asking =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 1_000_000; i++) {
                    client.frame(FrameClient.HEADERS, 5, 2 * i + 1, request);
                    if (i % 64 == 0) { // no more streams at once than are allowed
                      pace.make();
                    }
                  }
                } catch (IOException closed) {
                  assertTrue(client.socket().isClosed());
                }
              });
      asking.start();
      Await.settled("requests are read for ever", asked::get, other::make);
      assertTrue(asking.isAlive(), "all were read");
      client.socket().close();
      asking.join();
    }
  }

  @Test
  void aClientThatReadsNothingIsCut() throws Exception {
    try (FrameClient client = serve(b -> b.writeTimeout(Duration.ofMillis(300)))) {
      client.socket().setReceiveBufferSize(4096);
      byte[] request =
          FrameClient.section(
              ":method", "GET", ":scheme", "http", ":authority", "test", ":path", "/x");
      try {
        for (int stream = 1; stream < 2_000_000; stream += 2) {
          client.frame(FrameClient.HEADERS, 5, stream, request);
        }
      } catch (SocketException cut) {
        assertTrue(client.socket().isConnected());
      }
      try (FrameClient other = new FrameClient(server.port())) {
        assertEquals("/other", other.get(1, "/other").response(1).text());
      }
    }
  }
}
