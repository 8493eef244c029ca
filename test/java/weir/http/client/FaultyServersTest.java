package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.ContentLengthNotAllowedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.testing.Await;

/** What a client makes of servers that keep to no rule. */
@Timeout(60)
class FaultyServersTest {

  private final HttpClient client = HttpClient.builder().build();

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  private static HttpRequest request(Peer peer) {
    return HttpRequest.get(peer.url()).build();
  }

  private static Peer saying(String answer) throws IOException {
    return new Peer(
        with -> {
          with.head();
          with.say(answer);
        });
  }

  // ---- stale connections

  /** [B] #194, #217: a kept-alive connection that the server has just closed. */
  @Test
  void aRequestOnAStaleConnectionIsSentAgainUnseen() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.answer("one");
              if (with.number == 1) {
                with.head(); // takes the second request and closes without a word
              } else {
                with.awaitClose();
              }
            })) {
      assertEquals("one", text(get(client.send(request(peer)))));
      assertEquals("one", text(get(client.send(request(peer)))));
      assertEquals(2, peer.accepted());
    }
  }

  @Test
  void aPostOnAStaleConnectionIsNotSentTwice() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.answer("one");
              with.head();
            })) {
      assertEquals("one", text(get(client.send(request(peer)))));
      HttpRequest post = HttpRequest.post(peer.url()).body("pay").build();
      assertInstanceOf(ConnectionClosedException.class, failureOf(client.send(post)));
      assertEquals(1, peer.accepted());
    }
  }

  @Test
  void aFreshConnectionThatBreaksIsNoStaleOne() throws Exception {
    try (Peer peer = new Peer(Peer.Conversation::head)) {
      Throwable failure = failureOf(client.send(request(peer)));
      assertInstanceOf(ConnectionClosedException.class, failure);
      assertTrue(failure.getMessage().matches("connection was closed after \\d+\\.\\d{3} seconds"));
      assertEquals(1, peer.accepted());
    }
  }

  @Test
  void aResetBeforeTheAnswerIsAFailure() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.reset();
            })) {
      assertInstanceOf(ConnectionClosedException.class, failureOf(client.send(request(peer))));
    }
  }

  @Test
  void nobodyListens() throws Exception {
    try (Socket bound = new Socket()) { // nobody else can take its port, and it never listens
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      HttpRequest request = HttpRequest.get("http://127.0.0.1:" + bound.getLocalPort()).build();
      assertInstanceOf(ConnectException.class, failureOf(client.send(request)));
    }
  }

  // ---- truncated bodies

  static Stream<String> truncated() {
    return Stream.of(
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc");
  }

  /** [B] A body that is cut short looked complete. */
  @ParameterizedTest
  @MethodSource("truncated")
  void aBodyThatIsCutShortFailsItsReader(String answer) throws Exception {
    try (Peer peer = saying(answer)) {
      Response response = get(client.send(request(peer)));
      try (InputStream in = (InputStream) response.body()) {
        assertEquals("abc", new String(in.readNBytes(3)));
        assertThrows(IOException.class, in::read);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("truncated")
  void aBodyThatIsCutShortFailsTheRequestThatGathersIt(String answer) throws Exception {
    try (Peer peer = saying(answer)) {
      HttpRequest request = HttpRequest.get(peer.url()).as(BodyMode.BYTES).build();
      assertInstanceOf(ConnectionClosedException.class, failureOf(client.send(request)));
    }
  }

  @Test
  void aBodyMayEndWithTheConnection() throws Exception {
    try (Peer peer = saying("HTTP/1.1 200 OK\r\n\r\nabc")) {
      assertEquals("abc", text(get(client.send(request(peer)))));
    }
  }

  @Test
  void aResetIsNoEndOfABody() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 200 OK\r\n\r\nabc");
              read.await(20, TimeUnit.SECONDS);
              with.reset();
            })) {
      InputStream in = (InputStream) get(client.send(request(peer))).body();
      assertEquals("abc", new String(in.readNBytes(3)));
      read.countDown();
      assertThrows(IOException.class, in::read);
    }
  }

  // ---- what is no answer

  static Stream<Arguments> nonsense() {
    return Stream.of(
        Arguments.of("hello\r\n\r\n", IllegalArgumentException.class),
        Arguments.of("HTTP/x.y 200 OK\r\n\r\n", IllegalArgumentException.class),
        Arguments.of("HTTP/1.1 99999 OK\r\n\r\n", Exception.class),
        Arguments.of("HTTP/1.1 200 OK\r\nA: x\u0000y\r\n\r\n", IllegalArgumentException.class),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nok\r\n0\r\n\r\n",
            ContentLengthNotAllowedException.class),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            IllegalArgumentException.class),
        Arguments.of(
            "HTTP/1.1 200 " + "x".repeat(70_000) + "\r\n\r\n", TooLongFrameException.class),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nA: " + "x".repeat(70_000) + "\r\n\r\n",
            TooLongFrameException.class),
        Arguments.of("HTTP/1.1 100 Continue\r\n\r\n".repeat(40), ProtocolException.class));
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void nonsenseIsAFailure(String answer, Class<? extends Throwable> expected) throws Exception {
    try (Peer peer = saying(answer)) {
      assertInstanceOf(expected, failureOf(client.send(request(peer))));
    }
  }

  @Test
  void aBadChunkSizeFailsTheReader() throws Exception {
    try (Peer peer =
        saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nxyz\r\n")) {
      HttpRequest request = HttpRequest.get(peer.url()).as(BodyMode.BYTES).build();
      assertInstanceOf(NumberFormatException.class, failureOf(client.send(request)));
    }
  }

  /** [B] 100 and 103 were taken for the answer. */
  @Test
  void interimResponsesArePassedOver() throws Exception {
    try (Peer peer =
        saying(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      Response response = get(client.send(request(peer)));
      assertEquals(200, response.status());
      assertEquals("ok", text(response));
    }
  }

  // ---- more than was asked for

  @ParameterizedTest
  @ValueSource(
      strings = {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "HTT", "\r\n\r\nrubbish"})
  void bytesBehindAnAnswerNeverReachTheNextRequest(String more) throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood" + more);
              with.awaitClose();
            })) {
      for (int i = 0; i < 5; i++) {
        assertEquals("good", text(get(client.send(request(peer)))));
      }
      assertEquals(5, peer.accepted());
    }
  }

  @Test
  void anAnswerToNobodyClosesAnIdleConnection() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.answer("good");
              if (with.number == 1) {
                first.await(20, TimeUnit.SECONDS);
                with.answer("evil");
                with.awaitClose();
                closed.countDown();
              }
              with.awaitClose();
            })) {
      assertEquals("good", text(get(client.send(request(peer)))));
      first.countDown();
      assertTrue(closed.await(20, TimeUnit.SECONDS));
      assertEquals("good", text(get(client.send(request(peer)))));
    }
  }

  // ---- early answers, closes and odd framing

  @Test
  void anAnswerThatComesBeforeTheBodyIsSentIsDelivered() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
              with.awaitClose();
            })) {
      byte[] piece = new byte[1 << 20];
      HttpRequest upload =
          HttpRequest.post(peer.url()).body(Arrays.asList(piece, piece, piece, piece)).build();
      Response response = get(client.send(upload));
      assertEquals(413, response.status());
      assertEquals("big", text(response));
    }
  }

  @Test
  void connectionCloseIsHeeded() throws Exception {
    try (Peer peer =
        saying("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")) {
      for (int i = 0; i < 20; i++) {
        assertEquals("ok", text(get(client.send(request(peer)))));
      }
      assertEquals(20, peer.accepted());
    }
  }

  @Test
  void aLengthWithoutABodyIsNoBody() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              String head;
              while ((head = with.head()) != null) {
                with.say(
                    head.startsWith("HEAD")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"
                        : "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n");
              }
            })) {
      HttpRequest head = HttpRequest.get(peer.url()).method("HEAD").build();
      assertEquals("", text(get(client.send(head))));
      Response notModified = get(client.send(request(peer)));
      assertEquals(304, notModified.status());
      assertEquals("", text(notModified));
      assertEquals(1, peer.accepted());
    }
  }

  @Test
  void aGatheredBodyHasALimit() throws Exception {
    try (Peer peer = saying("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(5000))) {
      HttpRequest request =
          HttpRequest.get(peer.url()).as(BodyMode.STRING).maxBodyBytes(4999).build();
      assertInstanceOf(IOException.class, failureOf(client.send(request)));
    }
  }

  @Test
  void aBodyThatNobodyReadsStopsTheServer() throws Exception {
    AtomicLong sent = new AtomicLong();
    try (Peer peer =
            new Peer(
                with -> {
                  with.head();
                  with.say("HTTP/1.1 200 OK\r\n\r\n");
                  byte[] piece = new byte[64 * 1024];
                  for (int i = 0; i < 2000; i++) {
                    with.out.write(piece);
                    sent.addAndGet(piece.length);
                  }
                });
        Peer other =
            new Peer(
                with -> {
                  while (with.head() != null) {
                    with.answer("ok");
                  }
                })) {
      Response response = get(client.send(request(peer)));
      InputStream in = (InputStream) response.body();
      Await.until("the server has begun", () -> sent.get() > 0);
      Await.settled("the server is stopped", sent::get, () -> ask(other));
      assertTrue(sent.get() < 100L * 1024 * 1024, "stopped after " + sent);
      assertEquals(2000L * 64 * 1024, in.transferTo(java.io.OutputStream.nullOutputStream()));
    }
  }

  private void ask(Peer peer) {
    try {
      assertEquals("ok", text(get(client.send(request(peer)))));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
