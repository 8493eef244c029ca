package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import manifold.deferred.IDeferred;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.Handler;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.stream.Stream;
import weir.testing.FrameClient;
import weir.testing.FrameClient.Response;
import weir.testing.RawClient;

/** Requests and responses of HTTP/2, frame by frame. */
class Http2ServerTest {

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdown(Duration.ZERO).await();
    }
  }

  private FrameClient serve(Handler handler) throws IOException {
    return serve(b -> b, handler);
  }

  private FrameClient serve(UnaryOperator<HttpServer.Builder> options, Handler handler)
      throws IOException {
    HttpServer.Builder builder =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(handler);
    server = options.apply(builder).start();
    return new FrameClient(server.port());
  }

  // ---- requests

  @Test
  void pseudoHeaderFieldsAreHiddenAndHostIsTheAuthority() throws Exception {
    try (FrameClient client =
        serve(r -> Reply.text(r.method() + " " + r.path() + "?" + r.query() + " " + r.headers()))) {
      client.get(1, "/a?b=c", "x-one", "1", "cookie", "a=1", "cookie", "b=2");
      String text = client.response(1).text();
      assertTrue(text.startsWith("GET /a?b=c {"), text);
      assertTrue(text.contains("\"host\" \"test\""), text);
      assertTrue(text.contains("\"cookie\" \"a=1; b=2\""), text);
      assertFalse(text.contains(":method"), text);
    }
  }

  @Test
  void theProtocolIsHttp2AndThePathIsThere() throws Exception {
    try (FrameClient client =
        serve(
            r -> {
              IPersistentMap map = (IPersistentMap) r;
              return Reply.text(
                  r.protocol()
                      + map.valAt(Keyword.intern("path"))
                      + map.valAt(Keyword.intern("body"))
                      + map.valAt(Keyword.intern("aleph", "keep-alive?")));
            })) {
      assertEquals("HTTP/2.0/pnulltrue", client.get(1, "/p").response(1).text());
    }
  }

  @Test
  void requestsOfOneConnectionAreServedSideBySide() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    try (FrameClient client =
        serve(
            r -> {
              if (r.path().equals("/first")) {
                assertTrue(second.await(20, TimeUnit.SECONDS));
              } else {
                second.countDown();
              }
              return Reply.text(r.path());
            })) {
      client.get(1, "/first").get(3, "/second");
      assertEquals("/first", client.response(1).text());
      assertEquals("/second", client.response(3).text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "X-Upper|1",
        "connection|close",
        "proxy-connection|close",
        "keep-alive|1",
        "transfer-encoding|chunked",
        "upgrade|h2c",
        "te|gzip",
        ":unknown|1",
        ":status|200",
        ":path|/again",
        "x y|1",
        "''|1",
        "x|a\u0001b",
        "x|' a'",
        "host|other",
        "content-length|a"
      },
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false)
  void aMalformedRequestResetsItsStreamAndNoOther(String name, String value) throws Exception {
    try (FrameClient client = serve(r -> Reply.text("served"))) {
      client.get(1, "/", name.equals("''") ? "" : name, value.replace("'", ""));
      assertEquals(FrameClient.PROTOCOL_ERROR, client.awaitReset(1));
      assertFalse(client.soFar(1).text().contains("served"));
      assertEquals("served", client.get(3, "/").response(3).text());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":scheme,http,:path,/",
        ":method,GET,:path,/",
        ":method,GET,:scheme,http",
        ":method,CONNECT,:scheme,http,:path,/,:authority,a:1",
        ":method,GET,:scheme,http,:path,/,:protocol,websocket",
        ":method,G ET,:scheme,http,:path,/",
        ":method,GET,:scheme,http,:path,/a b"
      })
  void missingOrMisplacedPseudoHeaderFieldsAreMalformed(String fields) throws Exception {
    try (FrameClient client = serve(r -> Reply.text("served"))) {
      client.fields(1, true, fields.split(",", -1));
      assertEquals(400, client.response(1).status());
      assertEquals(FrameClient.PROTOCOL_ERROR, client.awaitReset(1));
    }
  }

  @Test
  void aPseudoHeaderFieldBehindOthersIsMalformed() throws Exception {
    try (FrameClient client = serve(r -> Reply.text("served"))) {
      client.fields(1, true, ":method", "GET", ":scheme", "http", "x", "1", ":path", "/");
      assertEquals(FrameClient.PROTOCOL_ERROR, client.awaitReset(1));
    }
  }

  @Test
  void aBodyOfAnotherLengthThanAnnouncedFailsTheStream() throws Exception {
    CompletableFuture<String> read = new CompletableFuture<>();
    try (FrameClient client =
        serve(
            b -> b.requestBufferBytes(1),
            r -> {
              try {
                read.complete(
                    new String(
                        ((InputStream) r.body()).readAllBytes(), StandardCharsets.ISO_8859_1));
              } catch (IOException e) {
                read.completeExceptionally(e);
                throw e;
              }
              return Reply.text("served");
            })) {
      client.request(1, false, "POST", "/", "content-length", "5").data(1, true, "abc");
      assertEquals(FrameClient.PROTOCOL_ERROR, client.awaitReset(1));
      assertTrue(read.handle((x, e) -> e != null).get(20, TimeUnit.SECONDS));
      client.request(3, true, "POST", "/", "content-length", "5");
      assertEquals(FrameClient.PROTOCOL_ERROR, client.awaitReset(3));
    }
  }

  @Test
  void aBodyIsReadWhileItArrivesAndTrailersFollowIt() throws Exception {
    try (FrameClient client =
        serve(
            r -> {
              String body = new String(((InputStream) r.body()).readAllBytes());
              return Reply.text(body + r.trailers().await().get("x-sum"));
            })) {
      client.request(1, false, "POST", "/").data(1, false, "abc").data(1, false, "def");
      client.fields(1, true, "x-sum", "6");
      assertEquals("abcdef6", client.response(1).text());
    }
  }

  @Test
  void aGatheredBodyOverTheLimitIsA413() throws Exception {
    try (FrameClient client = serve(b -> b.maxRequestBodyBytes(4), r -> Reply.text("never"))) {
      client.request(1, false, "POST", "/", "content-length", "5");
      assertEquals(413, client.response(1).status());
      assertEquals(FrameClient.NO_ERROR, client.awaitReset(1));
      client.request(3, false, "POST", "/").data(3, false, "abc").data(3, false, "def");
      assertEquals(413, client.response(3).status());
      assertEquals(FrameClient.NO_ERROR, client.awaitReset(3));
    }
  }

  @Test
  void anExpectationIsAnsweredWith100() throws Exception {
    try (FrameClient client =
        serve(
            r ->
                Reply.text(
                    new String(((InputStream) r.body()).readAllBytes())
                        + r.headers().get("expect")))) {
      client.request(1, false, "POST", "/", "expect", "100-continue");
      client.await(FrameClient.HEADERS);
      assertEquals("100", client.soFar(1).heads.get(0).get(":status"));
      client.data(1, true, "body ");
      assertEquals("body null", client.response(1).text());
    }
  }

  @Test
  void aContinueHandlerMayRefuse() throws Exception {
    try (FrameClient client = serve(b -> b.continueHandler(r -> false), r -> Reply.text("never"))) {
      client.request(1, false, "POST", "/", "expect", "100-continue", "content-length", "3");
      assertEquals(417, client.response(1).status());
      assertEquals(FrameClient.NO_ERROR, client.awaitReset(1));
    }
  }

  // ---- responses

  @Test
  void whatAHandlerSaysAboutTheConnectionIsLeftOut() throws Exception {
    try (FrameClient client =
        serve(
            r ->
                Reply.of(200)
                    .header("Connection", "close")
                    .header("Keep-Alive", "timeout=5")
                    .header("Transfer-Encoding", "chunked")
                    .header("Upgrade", "h2c")
                    .header("X-Mixed", "1")
                    .body("body"))) {
      Map<String, String> head = client.get(1, "/").response(1).head();
      assertEquals("1", head.get("x-mixed"));
      assertEquals("4", head.get("content-length"));
      assertNotNull(head.get("date"));
      assertNotNull(head.get("server"));
      for (String gone : List.of("connection", "keep-alive", "transfer-encoding", "upgrade")) {
        assertNull(head.get(gone));
      }
      assertEquals("body", client.get(3, "/").response(3).text());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void aStatusWithoutContentDropsTheBody(int status) throws Exception {
    try (FrameClient client = serve(r -> Reply.of(status).body("dropped"))) {
      Response response = client.get(1, "/").response(1);
      assertEquals(status, response.status());
      assertEquals("", response.text());
      assertNull(response.head().get("content-length"));
    }
  }

  @Test
  void aHeadRequestGetsTheLengthAndNoBody() throws Exception {
    try (FrameClient client = serve(r -> Reply.text("12345"))) {
      Response response = client.request(1, true, "HEAD", "/").response(1);
      assertEquals("5", response.head().get("content-length"));
      assertEquals("", response.text());
    }
  }

  @Test
  void hintsComeBeforeTheResponseAndTrailersBehindIt() throws Exception {
    try (FrameClient client =
        serve(
            r -> {
              assertTrue(r.inform(103, Map.of("link", "</a>")));
              return Reply.text("body").trailers(Map.of("grpc-status", "0"));
            })) {
      Response response = client.get(1, "/").response(1);
      assertEquals("103", response.heads.get(0).get(":status"));
      assertEquals("</a>", response.heads.get(0).get("link"));
      assertEquals(200, response.status());
      assertEquals("body", response.text());
      assertEquals(Map.of("grpc-status", "0"), response.trailers);
    }
  }

  @Test
  void aBodyThatFailsMidwayResetsTheStream() throws Exception {
    try (FrameClient client =
        serve(
            r ->
                Reply.of(200)
                    .body(
                        new InputStream() {
                          private int left = 10;

                          @Override
                          public int read() throws IOException {
                            if (left-- <= 0) {
                              throw new IOException("wanted by the test");
                            }
                            return 'x';
                          }
                        }))) {
      client.get(1, "/");
      assertEquals(FrameClient.INTERNAL_ERROR, client.awaitReset(1));
      assertFalse(client.soFar(1).ended);
    }
  }

  @Test
  void aResponseIsSentOnlyAsFarAsTheClientsWindowAllows() throws Exception {
    byte[] body = new byte[200_000];
    try (FrameClient client = serve(r -> Reply.of(200).body(body))) {
      client.get(1, "/");
      while (client.soFar(1).body.size() < 65_535) {
        client.read();
      }
      assertEquals(65_535, client.soFar(1).body.size());
      client.window(0, 1 << 20).window(1, 1 << 20);
      assertEquals(200_000, client.response(1).body.size());
    }
  }

  // ---- the client goes

  @Test
  void aResetClosesTheBodyStreamAtOnce() throws Exception {
    Stream<Object> body = Stream.create();
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    CompletableFuture<AtomicBoolean> writable = new CompletableFuture<>();
    CompletableFuture<IDeferred> gone = new CompletableFuture<>();
    body.onClosed(() -> closed.complete(true));
    try (FrameClient client =
        serve(
            r -> {
              IPersistentMap map = (IPersistentMap) r;
              writable.complete((AtomicBoolean) map.valAt(Keyword.intern("aleph", "writable?")));
              gone.complete((IDeferred) map.valAt(Keyword.intern("aleph", "closed")));
              return Reply.of(200).body(body);
            })) {
      client.get(1, "/").awaitHead(1);
      assertTrue(writable.get().get());
      client.reset(1, FrameClient.CANCEL);
      assertTrue(closed.get(20, TimeUnit.SECONDS));
      assertFalse(writable.get().get());
      assertEquals(true, ((Deferred<?>) gone.get()).await());
    }
  }

  @Test
  void theWindowOpensWhenTheHandlerHasReadNotBefore() throws Exception {
    CountDownLatch readOn = new CountDownLatch(1);
    try (FrameClient client =
        serve(
            b ->
                b.http2(
                    h ->
                        h.limits(
                            weir.http.http2.Http2Config.builder().streamWindowBytes(1000).build())),
            r -> {
              assertTrue(readOn.await(20, TimeUnit.SECONDS));
              return Reply.text("" + ((InputStream) r.body()).readAllBytes().length);
            })) {
      client.await(FrameClient.SETTINGS); // and says so: the window is 1000 from then on
      client.request(1, false, "POST", "/").data(1, false, "x".repeat(1000));
      client.frame(FrameClient.PING, 0, 0, new byte[8]);
      FrameClient.Frame frame;
      do {
        frame = client.read();
        assertFalse(frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == 1);
      } while (frame.type() != FrameClient.PING);
      readOn.countDown();
      do {
        frame = client.await(FrameClient.WINDOW_UPDATE);
      } while (frame.stream() != 1);
      client.data(1, true, "y".repeat(500));
      assertEquals("1500", client.response(1).text());
    }
  }

  @Test
  void windowsGrowWhileTheHandlerReadsAsFastAsTheClientSends() throws Exception {
    int window = 100_000;
    try (FrameClient client =
        serve(
            b ->
                b.http2(
                    h ->
                        h.limits(
                            weir.http.http2.Http2Config.builder()
                                .streamWindowBytes(window)
                                .connectionWindowBytes(window)
                                .build())),
            r -> Reply.text("" + ((InputStream) r.body()).readAllBytes().length))) {
      client.await(FrameClient.SETTINGS);
      client.await(FrameClient.SETTINGS); // the answer to ours comes before that to the next
      client.request(1, false, "POST", "/");
      byte[] piece = new byte[10_000];
      long[] left = {window, window}; // of all, and of the stream
      long sent = 0;
      while (left[1] < window * 3 / 2) { // more than could be given back
        for (; left[0] >= piece.length && left[1] >= piece.length; sent += piece.length) {
          client.frame(FrameClient.DATA, 0, 1, piece);
          left[0] -= piece.length;
          left[1] -= piece.length;
        }
        FrameClient.Frame frame = client.read();
        if (frame.type() == FrameClient.PING) {
          client.frame(FrameClient.PING, FrameClient.ACK, 0, frame.payload());
        } else if (frame.type() == FrameClient.WINDOW_UPDATE) {
          left[frame.stream()] += frame.number(0);
        }
      }
      client.frame(FrameClient.DATA, FrameClient.END_STREAM, 1, piece);
      assertEquals("" + (sent + piece.length), client.response(1).text());
    }
  }

  /** A client takes many PINGs for a flood. */
  @Test
  void aLongUploadBringsFewPings() throws Exception {
    try (FrameClient client =
        serve(r -> Reply.text("" + ((InputStream) r.body()).readAllBytes().length))) {
      client.await(FrameClient.SETTINGS);
      client.request(1, false, "POST", "/");
      int pings = 0;
      for (int i = 0; i < 500; i++) {
        client.frame(FrameClient.DATA, i == 499 ? FrameClient.END_STREAM : 0, 1, new byte[1000]);
      }
      while (!client.soFar(1).ended) {
        FrameClient.Frame frame = client.read();
        if (frame.type() == FrameClient.PING && (frame.flags() & FrameClient.ACK) == 0) {
          pings++;
          client.frame(FrameClient.PING, FrameClient.ACK, 0, frame.payload());
        }
      }
      assertEquals("500000", client.soFar(1).text());
      assertTrue(pings <= 50, () -> "many PINGs");
    }
  }

  // ---- HTTP/1 beside it

  @Test
  void clientsOfBothVersionsAreServedOnOnePort() throws Exception {
    try (FrameClient client = serve(r -> Reply.text(r.protocol()));
        RawClient older = new RawClient(server.port())) {
      assertEquals("HTTP/1.1", older.get("/").read().text());
      assertEquals("HTTP/2.0", client.get(1, "/").response(1).text());
    }
  }

  @Test
  void aRequestOfHttp1MayAskForAnUpgrade() throws Exception {
    try (FrameClient unused = serve(r -> Reply.text(r.protocol() + r.path()));
        RawClient raw = new RawClient(server.port())) {
      raw.send(
          "GET /up HTTP/1.1\r\nHost: test\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
      assertTrue(raw.readHead().startsWith("HTTP/1.1 101 "));
      FrameClient client = new FrameClient(raw.socket());
      client.send(FrameClient.preface()).frame(FrameClient.SETTINGS, 0, 0);
      assertEquals("HTTP/2.0/up", client.response(1).text());
      assertEquals("HTTP/2.0/next", client.get(3, "/next").response(3).text());
      unused.get(1, "/x").response(1);
    }
  }

  @Test
  void aStoppingServerLetsOpenStreamsEndAndSaysGoAwayTwice() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (FrameClient client =
        serve(
            r -> {
              called.countDown();
              answer.await(20, TimeUnit.SECONDS);
              return Reply.text("late");
            })) {
      client.get(1, "/");
      assertTrue(called.await(20, TimeUnit.SECONDS));
      Deferred<Boolean> stopped = server.shutdown(Duration.ofSeconds(20));
      assertEquals(Integer.MAX_VALUE, client.await(FrameClient.GOAWAY).number(0));
      FrameClient.Frame ping = client.await(FrameClient.PING);
      client.frame(FrameClient.PING, FrameClient.ACK, 0, ping.payload());
      assertEquals(1, client.await(FrameClient.GOAWAY).number(0));
      answer.countDown();
      assertEquals("late", client.response(1).text());
      assertTrue(client.atEnd());
      client.socket().close();
      assertTrue(stopped.await());
    }
  }
}
