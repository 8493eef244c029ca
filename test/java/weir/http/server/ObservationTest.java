package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.ServerListener;
import weir.http.ServerListener.Outcome;
import weir.http.ServerStats;
import weir.testing.Await;
import weir.testing.CapturedLog;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** What a server tells about its work. */
@OverBothVersions
class ObservationTest {

  @Parameter Protocol protocol;

  private HttpServer server;

  private RawClient serve(UnaryOperator<HttpServer.Builder> options) throws Exception {
    server =
        options
            .apply(protocol.server().port(0).eventLoopThreads(1).serverHeader(null))
            .asyncHandler(
                r ->
                    switch (r.path()) {
                      case "/fail" -> throw new IllegalStateException("wanted by the test");
                      case "/never" -> Deferred.create(null);
                      case "/stream" -> done(Reply.of(200).body(new Dots(70_000)));
                      default -> done(Reply.text("hello"));
                    })
            .start();
    return protocol.client(server.port());
  }

  private static Deferred<Reply> done(Reply reply) {
    Deferred<Reply> deferred = Deferred.create(null);
    deferred.complete(reply);
    return deferred;
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdown(Duration.ZERO).await();
    }
  }

  @Test
  void statisticsCountWhatHappens() throws Exception {
    try (CapturedLog log = new CapturedLog();
        RawClient client = serve(s -> s.statistics(true))) {
      for (String path : List.of("/", "/stream", "/fail", "/")) {
        client.get(path).read();
      }
      client.get("/never");
      Await.until("five requests", () -> server.stats().requests() == 5);
      ServerStats during = server.stats();
      assertEquals(1, during.connections());
      assertEquals(1, during.inFlight());
      assertTrue(during.bytesRead() > 5 * 30, during.toString());
      assertTrue(during.bytesWritten() > 70_000, during.toString());
      client.socket().close();
      Await.until("the connection is gone", () -> server.stats().connections() == 0);
      try (RawClient bad = protocol.client(server.port())) {
        assertEquals(400, bad.get("nowhere").read().status());
      }
      ServerStats after = server.stats();
      assertEquals(6, after.requests());
      assertEquals(0, after.inFlight());
      assertEquals(List.of(1L, 1L, 1L, 0L), outcomes(after));
      assertEquals(2, after.accepted());
      assertEquals(6, after.latencies().get("total").count());
      assertTrue(log.text().contains("wanted by the test"));
    }
  }

  private static List<Long> outcomes(ServerStats s) {
    return List.of(s.failed(), s.aborted(), s.refused(), s.rejected());
  }

  @Test
  void aServerThatDoesNotCountSaysSo() throws Exception {
    try (RawClient client = serve(s -> s)) {
      client.get("/").read();
      assertThrows(IllegalStateException.class, server::stats);
    }
  }

  @Test
  void aListenerHearsOfConnectionsAndRequests() throws Exception {
    ConcurrentLinkedQueue<Object> events = new ConcurrentLinkedQueue<>();
    try (RawClient client = serve(s -> s.listener(new Collector(events)))) {
      client.get("/stream?a=1").read();
      client.socket().close();
      Await.until("all events came", () -> events.size() == 3);
    }
    List<Object> all = List.copyOf(events);
    assertEquals(0, ((ServerListener.Connection) all.get(0)).requests());
    ServerListener.Exchange request = (ServerListener.Exchange) all.get(1);
    assertEquals("GET /stream?a=1", request.method() + " " + request.target());
    assertEquals(200, request.status());
    assertEquals(70_000, request.bodyBytes());
    assertEquals(Outcome.SERVED, request.outcome());
    ServerListener.Connection closed = (ServerListener.Connection) all.get(2);
    assertEquals(1, closed.requests());
    assertTrue(closed.bytesWritten() > 70_000);
  }

  @Test
  void aListenerThatFailsIsLoggedAndHarmsNothing() throws Exception {
    ServerListener failing =
        new ServerListener() {
          @Override
          public void requestEnded(Exchange exchange) {
            throw new IllegalStateException("wanted by the test");
          }
        };
    try (CapturedLog log = new CapturedLog();
        RawClient client = serve(s -> s.listener(failing))) {
      assertEquals("hello", client.get("/").read().text());
      assertEquals("hello", client.get("/").read().text());
      Await.until("both are logged", () -> log.lines("wanted by the test").size() == 2);
    }
  }

  @Test
  void theAccessLogHasOneLineForEachRequest() throws Exception {
    String before = System.setProperty("org.slf4j.simpleLogger.log.weir.http.access", "info");
    try (CapturedLog log = new CapturedLog();
        RawClient client = serve(s -> s.accessLog(true))) {
      client.get("/\"x\"?y").read();
      Await.until("a line", () -> log.lines(" 200 5 ").size() == 1);
      String version = protocol == Protocol.HTTP_2 ? "HTTP/2.0" : "HTTP/1.1";
      String line = log.lines(" 200 5 ").get(0);
      assertTrue(line.contains("127.0.0.1 - - ["), line);
      assertTrue(line.contains("] \"GET /\\\"x\\\"?y " + version + "\" 200 5 "), line);
    } finally {
      if (before == null) {
        System.clearProperty("org.slf4j.simpleLogger.log.weir.http.access");
      }
    }
  }

  @Test
  void aLineOfTheAccessLogCannotBeForged() {
    ServerListener.Exchange event =
        new ServerListener.Exchange(
            "GET",
            "/a\u00e9\n\"b",
            "HTTP/1.1",
            new InetSocketAddress("10.0.0.1", 1),
            0,
            Outcome.ABORTED,
            7,
            1_000_000,
            200_000,
            34_000);
    ZonedDateTime time = ZonedDateTime.of(2025, 2, 3, 4, 5, 6, 0, ZoneOffset.UTC);
    assertEquals(
        "10.0.0.1 - - [03/Feb/2025:04:05:06 +0000] \"GET /a\\xe9\\x0a\\\"b HTTP/1.1\" - 7 1.234",
        AccessLog.line(event, time));
  }

  @Test
  void aRecordingHoldsRequestsAndConnectionsWithoutAnyOption(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("weir.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("weir.HttpRequest").withThreshold(Duration.ZERO);
      recording.enable("weir.HttpConnection").withThreshold(Duration.ZERO);
      recording.start();
      try (RawClient client = serve(s -> s)) {
        client.get("/a?secret").read();
        client.get("/stream").read();
      }
      Await.until(
          "the connection is recorded when it is gone",
          () -> !strings(recorded(recording, file), "weir.HttpConnection", "requests").isEmpty());
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertEquals(List.of("/a", "/stream"), strings(events, "weir.HttpRequest", "path"));
    assertEquals(List.of("2"), strings(events, "weir.HttpConnection", "requests"));
  }

  private static List<RecordedEvent> recorded(Recording recording, Path file) {
    try {
      recording.dump(file);
      return RecordingFile.readAllEvents(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> strings(List<RecordedEvent> events, String type, String field) {
    return events.stream()
        .filter(e -> e.getEventType().getName().equals(type))
        .map(e -> "" + e.getValue(field))
        .sorted()
        .toList();
  }

  @Test
  void quantilesAreExactToAFifth() {
    Histogram times = new Histogram();
    LongStream.rangeClosed(1, 1000).forEach(ms -> times.record(ms * 1_000_000));
    ServerStats.Latency summary = Histogram.summary(List.of(times));
    assertEquals(1000, summary.count());
    assertEquals(1_000_000_000, summary.max());
    assertEquals(500_500_000, summary.mean());
    assertWithin(500, summary.p50());
    assertWithin(900, summary.p90());
    assertWithin(990, summary.p99());
    assertEquals(0, Histogram.summary(List.of(new Histogram())).count());
  }

  private static void assertWithin(long millis, long nanos) {
    double ratio = nanos / (millis * 1e6);
    assertTrue(ratio >= 0.99 && ratio <= 1.26, millis + " ms came out as " + nanos + " ns");
  }

  private record Collector(ConcurrentLinkedQueue<Object> events) implements ServerListener {
    @Override
    public void connectionOpened(Connection connection) {
      events.add(connection);
    }

    @Override
    public void connectionClosed(Connection connection) {
      events.add(connection);
    }

    @Override
    public void requestEnded(Exchange exchange) {
      events.add(exchange);
    }
  }

  private static final class Dots extends InputStream {
    private int left;

    Dots(int length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? '.' : -1;
    }
  }
}
