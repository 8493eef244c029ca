package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;
import weir.stream.Stream;
import weir.testing.Await;
import weir.testing.CapturedLog;
import weir.testing.Leaks;
import weir.testing.RawClient;

/**
 * Sends what chance makes of valid requests, in random pieces, and holds each answer against {@link
 * Rfc9112}. The system property {@code weir.fuzz.cases} sets the number of connections, {@code
 * weir.fuzz.seed} the first seed; a failure names the seed of its connection.
 */
class FuzzTest {

  private static final int CASES = Integer.getInteger("weir.fuzz.cases", 1500);
  private static final long SEED = Long.getLong("weir.fuzz.seed", 9112);

  /** How long a server that waits for more, as it may, is given until we end the connection. */
  private static final int STALL_MILLIS = 150;

  private static final Set<Integer> REFUSALS = Set.of(400, 413, 414, 431, 501, 505);

  /** How the body reaches the handler. */
  enum Bodies {
    STREAMED {
      @Override
      HttpServer.Builder configure(HttpServer.Builder server) {
        return server.handler(r -> answer(r, read((InputStream) r.body())));
      }
    },
    GATHERED {
      @Override
      HttpServer.Builder configure(HttpServer.Builder server) {
        return server
            .onEventLoop()
            .maxRequestBodyBytes(100_000)
            .handler(r -> answer(r, read((InputStream) r.body())));
      }
    },
    RAW {
      @Override
      @SuppressWarnings("unchecked") // a raw body is a stream of whatever it is
      HttpServer.Builder configure(HttpServer.Builder server) {
        return server.rawStream(true).handler(r -> answer(r, read((Stream<Object>) r.body())));
      }
    };

    abstract HttpServer.Builder configure(HttpServer.Builder server);
  }

  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @EnumSource
  void whateverComesIsAnsweredByTheRulesOrTheConnectionCloses(Bodies bodies) throws Exception {
    HttpServer server = bodies.configure(HttpServer.builder().port(0).eventLoopThreads(2)).start();
    try (CapturedLog log = new CapturedLog()) {
      runAll(server.port(), SEED + 1_000_000L * bodies.ordinal());
      try (RawClient client = new RawClient(server.port())) {
        assertEquals(200, client.get("/").read().status());
      }
      Await.until("every connection has ended", () -> server.connections() == 0);
      server.shutdown(Duration.ofSeconds(10)).await(20, TimeUnit.SECONDS);
      assertEquals("", log.text(), "nothing that a client sends is worth a warning");
    } finally {
      server.close();
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n\n", failures));
    assertEquals(List.of(), Leaks.find());
  }

  private void runAll(int port, long firstSeed) throws InterruptedException {
    ExecutorService clients = Executors.newFixedThreadPool(24);
    for (long seed = firstSeed; seed < firstSeed + CASES / Bodies.values().length; seed++) {
      long s = seed;
      clients.execute(() -> run(port, s));
    }
    clients.shutdown();
    if (!clients.awaitTermination(100, TimeUnit.SECONDS)) {
      failures.add("not done after 100 s");
      clients.shutdownNow();
    }
  }

  private void run(int port, long seed) {
    Random random = new Random(seed);
    Mutations mutations = new Mutations(random);
    byte[] valid = new byte[0];
    for (int i = random.nextInt(3); i > 0; i--) {
      valid = Mutations.join(valid, mutations.valid("/" + seed + "/before/" + i));
    }
    byte[] all = valid;
    if (random.nextInt(8) != 0) {
      all = Mutations.join(all, mutations.mutated(mutations.valid("/" + seed + "/mutated")));
    }
    all = Mutations.join(all, mutations.valid("/" + seed + "/after"));
    all = Mutations.join(all, mutations.valid("/" + seed + "/last"));
    int certain = Rfc9112.requests(valid).size();
    try (RawClient client = new RawClient(port)) {
      send(client, mutations.split(all));
      String verdict = judge(client, Rfc9112.requests(all), certain);
      if (verdict != null) {
        failures.add("seed " + seed + ": " + verdict + " in " + shown(all));
      }
    } catch (IOException | RuntimeException e) {
      failures.add("seed " + seed + ": " + e + " in " + shown(all));
    }
  }

  private static void send(RawClient client, List<byte[]> pieces) throws IOException {
    client.socket().setTcpNoDelay(true);
    try {
      for (byte[] piece : pieces) {
        client.send(piece);
      }
    } catch (SocketException e) {
      return; // the server has refused what came before: the answer says so
    }
  }

  /**
   * Returns what is wrong with the answers, null if nothing is.
   *
   * @param certain how many of the requests must be served; others may be refused
   */
  private static String judge(RawClient client, List<Rfc9112.Request> requests, int certain)
      throws IOException {
    int answered = 0;
    for (Rfc9112.Request request : requests) {
      RawClient.Response response = finalResponse(client, request.bodiless());
      if (response == null) {
        return "no answer to request " + answered + " of " + requests.size();
      }
      if (REFUSALS.contains(response.status()) && answered >= certain) {
        return ending(client, response);
      }
      if (response.status() != 200 || !expected(request).equals(response.header("x-seen"))) {
        return "request " + answered + ": expected " + expected(request) + ", got " + response;
      }
      answered++;
      if (request.last()) {
        return client.atEnd() ? null : "went on after the last request";
      }
    }
    return afterwards(client);
  }

  /** What follows is malformed or incomplete. */
  private static String afterwards(RawClient client) throws IOException {
    client.socket().setSoTimeout(STALL_MILLIS);
    try {
      RawClient.Response response = finalResponse(client, false);
      return response == null ? null : ending(client, response);
    } catch (SocketTimeoutException waits) {
      client.socket().setSoTimeout(20_000);
      client.socket().shutdownOutput();
      RawClient.Response response = finalResponse(client, false);
      return response == null ? null : ending(client, response);
    }
  }

  private static String ending(RawClient client, RawClient.Response refusal) throws IOException {
    client.socket().setSoTimeout(20_000);
    if (!REFUSALS.contains(refusal.status())) {
      return "answered what is no request: " + refusal;
    }
    if (!"Close".equals(refusal.header("connection"))) {
      return "refused without a close: " + refusal;
    }
    String rest = client.rest();
    boolean wasToHead = refusal.body().length == 0; // whose method the server may not have read
    return rest.isEmpty() || wasToHead && rest.length() == length(refusal)
        ? null
        : "went on after " + refusal + " with " + rest;
  }

  private static int length(RawClient.Response response) {
    return Integer.parseInt(response.header("content-length"));
  }

  private static RawClient.Response finalResponse(RawClient client, boolean toHead)
      throws IOException {
    try {
      RawClient.Response response = client.read(toHead);
      while (response.status() == 100) {
        response = client.read(toHead);
      }
      return response;
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** Returns the first bytes that are not all valid, readable. */
  private static String shown(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.substring(0, Math.min(text.length(), 600))
        .chars()
        .mapToObj(
            c ->
                c == '\r'
                    ? "\\r"
                    : c == '\n'
                        ? "\\n"
                        : c < 32 || c > 126 ? "\\x" + Integer.toHexString(c) : "" + (char) c)
        .collect(Collectors.joining());
  }

  // ---- what the handler answers, and what it should have

  private static Reply answer(Request request, byte[] body) {
    String query = request.query() == null ? "" : "?" + request.query();
    String seen = seen(request.method(), request.path() + query, body);
    return Reply.text("ok").header("x-seen", seen);
  }

  private static String expected(Rfc9112.Request request) {
    return seen(request.method(), request.pathAndQuery(), request.body());
  }

  private static String seen(String method, String target, byte[] body) {
    CRC32 sum = new CRC32();
    sum.update(body);
    String hex = HexFormat.of().formatHex(target.getBytes(StandardCharsets.ISO_8859_1));
    return method + " " + hex + " " + body.length + " " + sum.getValue();
  }

  private static byte[] read(InputStream body) throws IOException {
    return body == null ? new byte[0] : body.readAllBytes();
  }

  private static byte[] read(Stream<Object> body) throws Exception {
    List<byte[]> pieces = new ArrayList<>();
    Object end = new Object();
    while (true) {
      Deferred<Object> next = body.takeOr(end);
      Object piece = next.await();
      if (piece == end) {
        if (body.failure(null) instanceof Throwable cut) {
          throw new IOException(cut);
        }
        return Mutations.join(pieces.toArray(new byte[0][]));
      }
      ByteBuf buffer = (ByteBuf) piece;
      byte[] bytes = new byte[buffer.readableBytes()];
      buffer.readBytes(bytes).release();
      pieces.add(bytes);
    }
  }
}
