package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import clojure.lang.RT;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.ContinueHandler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** What becomes of Expect: 100-continue when a handler decides about it. */
@OverBothVersions
class ContinueHandlerTest {

  @Parameter Protocol protocol;

  private static final ExecutorService POOL = Executors.newCachedThreadPool();

  enum Where {
    WORKERS(b -> b),
    EVENT_LOOP(HttpServer.Builder::continueOnEventLoop),
    EXECUTOR(b -> b.continueExecutor(POOL));

    private final UnaryOperator<HttpServer.Builder> choice;

    Where(UnaryOperator<HttpServer.Builder> choice) {
      this.choice = choice;
    }
  }

  private final AtomicInteger handled = new AtomicInteger();
  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private HttpServer.Builder builder(ContinueHandler decide) {
    return protocol
        .server()
        .port(0)
        .eventLoopThreads(1)
        .continueHandler(decide)
        .handler(
            r -> {
              handled.incrementAndGet();
              long n = ((InputStream) r.body()).transferTo(OutputStream.nullOutputStream());
              return Reply.text(r.headers().get("expect") + " " + n);
            });
  }

  private RawClient expecting(String length) throws IOException {
    return protocol.client(server.port()).send(post(length));
  }

  private static String post(String length) {
    return "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" + length + "\r\n\r\n";
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void trueIs100AndTheRequestGoesOn(Where where) throws Exception {
    server = where.choice.apply(builder(r -> r.body() == null && r.path().equals("/"))).start();
    for (String length : new String[] {"Content-Length: 3", "Content-Length: 100000"}) {
      try (RawClient client = expecting(length)) {
        assertEquals(100, client.read().status());
        int n = length.endsWith("3") ? 3 : 100_000;
        assertEquals("null " + n, client.send(new byte[n]).read().text());
        client.send(post("Content-Length: 1"));
        assertEquals(100, client.read().status());
        assertEquals("null 1", client.send("x").read().text());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void falseAndNothingAre417AndTheConnectionEnds(Where where) throws Exception {
    for (Object refusal : new Object[] {false, "null", Deferred.of(false)}) {
      server = where.choice.apply(builder(r -> refusal.equals("null") ? null : refusal)).start();
      try (RawClient client = expecting("Content-Length: 100000")) {
        RawClient.Response response = client.read();
        assertEquals(417, response.status());
        client.assertLast(response);
        assertEquals(0, handled.get());
      }
      server.shutdown(Duration.ZERO).await();
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void aResponseIsSentWithItsBodyAndTheUsualHeaders(Where where) throws Exception {
    Object map =
        RT.map(
            Keyword.intern("status"),
            403L,
            Keyword.intern("body"),
            "not you",
            Keyword.intern("headers"),
            RT.map("X", "y"));
    server = where.choice.apply(builder(r -> map)).start();
    try (RawClient client = expecting("Content-Length: 10")) {
      RawClient.Response response = client.read();
      assertEquals(403, response.status());
      assertEquals("not you", response.text());
      assertEquals("y", response.header("x"));
      assertEquals("Weir", response.header("server"));
      client.assertLast(response);
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void aFailureIsAnErrorResponse(Where where) throws Exception {
    ContinueHandler[] failing = {
      r -> {
        throw new IllegalStateException("wanted by the test");
      },
      r -> Deferred.failed(new IllegalStateException("wanted, too")),
      r -> 42
    };
    for (ContinueHandler handler : failing) {
      server = where.choice.apply(builder(handler)).start();
      try (RawClient client = expecting("Content-Length: 10")) {
        assertEquals(500, client.read().status());
        assertTrue(client.atEnd());
      }
      server.shutdown(Duration.ZERO).await();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 100_000})
  void aClientThatDoesNotWaitIsServedAllTheSame(int length) throws Exception {
    Deferred<Object> decision = Deferred.create(null);
    server = builder(r -> decision).start();
    try (RawClient client = expecting("Content-Length: " + length)) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  client.send(new byte[length]);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      sender.start();
      decision.success(true);
      RawClient.Response response = client.read();
      if (response.status() == 100) {
        response = client.read();
      }
      assertEquals("null " + length, response.text());
      sender.join();
    }
  }

  @Test
  void a100WaitsForTheResponsesBeforeIt() throws Exception {
    Deferred<Reply> first = Deferred.create(null);
    server =
        protocol
            .server()
            .port(0)
            .continueHandler(r -> true)
            .asyncHandler(r -> r.path().equals("/1") ? first : Deferred.of(Reply.text("2")))
            .start();
    try (RawClient client = protocol.client(server.port()).get("/1")) {
      client.send(post("Content-Length: 2"));
      first.complete(Reply.text("1"));
      assertEquals("1", client.read().text());
      assertEquals(100, client.read().status());
      assertEquals("2", client.send("ab").read().text());
    }
  }

  @Test
  void anUndecidedRequestCountsAsInFlightUntilItsClientHasGone() throws Exception {
    server = builder(r -> Deferred.create(null)).maxRequestsInFlight(1).start();
    try (RawClient client = expecting("Content-Length: 10")) {
      try (RawClient other = protocol.client(server.port())) {
        weir.testing.Await.until("the limit is reached", () -> is503(other));
      }
      client.socket().close();
    }
    try (RawClient other = protocol.client(server.port())) {
      weir.testing.Await.until("there is room", () -> !is503(other));
    }
  }

  private static boolean is503(RawClient client) {
    try {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
      return client.read().status() == 503;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anotherExpectationIsTheHandlersBusiness() throws Exception {
    server = builder(r -> false).start();
    try (RawClient client = protocol.client(server.port())) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 1\r\n\r\nx");
      assertEquals("more 1", client.read().text());
    }
  }
}
