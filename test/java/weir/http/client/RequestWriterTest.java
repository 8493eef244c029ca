package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import aleph.utils.RequestCancellationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.stream.Stream;
import weir.testing.Await;

/** What a request looks like on the wire, and who owns its body. */
@Timeout(60)
class RequestWriterTest {

  private final HttpClient client = HttpClient.builder().connectionsPerHost(1).build();
  private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  private Peer recording() throws IOException {
    return new Peer(
        with -> {
          String head = with.head();
          if (head == null) {
            return;
          }
          heads.add(head);
          with.answer("ok");
          with.awaitClose();
        });
  }

  private String headOf(HttpRequest.Builder request) throws Exception {
    try (Peer peer = recording()) {
      HttpRequest built = request.url(peer.url() + "a%20b?c=ä").build();
      assertEquals("ok", text(get(client.send(built))));
      return heads.poll(20, TimeUnit.SECONDS).replace(":" + peer.port(), "");
    }
  }

  @Test
  void aGetIsAsShortAsItCanBe() throws Exception {
    assertEquals(
        "GET /a%20b?c=%C3%A4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", headOf(HttpRequest.builder()));
  }

  /** [Q] RFC 9110 §8.6: only methods that mean to send something say that they send nothing. */
  @Test
  void anEmptyPostSaysSo() throws Exception {
    assertTrue(headOf(HttpRequest.builder().method("post")).contains("Content-Length: 0\r\n"));
  }

  @Test
  void framingIsNobodyElsesBusiness() throws Exception {
    String head =
        headOf(
            HttpRequest.builder()
                .method("PUT")
                .header("transfer-encoding", "chunked")
                .header("content-length", "2")
                .header("host", "other")
                .body("hi"));
    assertFalse(head.contains("chunked"));
    assertTrue(head.contains("Content-Length: 2\r\n"));
    assertTrue(head.contains("Host: other\r\n"));
    assertFalse(head.contains("127.0.0.1"));
  }

  @Test
  void aWrongLengthIsRefused() throws Exception {
    try (Peer peer = recording()) {
      for (Object body : List.of("hello", new ByteArrayInputStream(new byte[5]))) {
        HttpRequest request =
            HttpRequest.post(peer.url()).header("content-length", "9").body(body).build();
        assertInstanceOf(IllegalArgumentException.class, failureOf(client.send(request)));
      }
    }
  }

  @Test
  void aBodyThatFailsFailsTheRequest() throws Exception {
    IOException broken = new IOException("broken");
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw broken;
          }
        };
    try (Peer peer = new Peer(Peer.Conversation::awaitClose)) {
      HttpRequest request = HttpRequest.post(peer.url()).body(failing).build();
      assertEquals(broken, failureOf(client.send(request)));
      Stream<Object> numbers = Stream.buffered(1);
      numbers.put(42);
      HttpRequest bad = HttpRequest.post(peer.url()).body(numbers).build();
      assertInstanceOf(IllegalArgumentException.class, failureOf(client.send(bad)));
    }
  }

  @Test
  void aServerThatWantsTheBodyGetsIt() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              while (with.head() != null) {
                with.say("HTTP/1.1 100 Continue\r\n\r\n");
                with.answer(new String(with.in.readNBytes(2)));
              }
            })) {
      for (Object body : List.of("hi", new ByteArrayInputStream("hi".getBytes()))) {
        HttpRequest request =
            HttpRequest.post(peer.url())
                .header("expect", "100-continue")
                .header("content-length", "2")
                .body(body)
                .build();
        assertEquals("hi", text(get(client.send(request))));
      }
    }
  }

  @Test
  void aServerThatSaysNothingGetsTheBodyAfterAWhile() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.answer(new String(with.in.readNBytes(2)));
              with.awaitClose();
            })) {
      HttpRequest request =
          HttpRequest.post(peer.url()).header("expect", "100-continue").body("hi").build();
      assertEquals("hi", text(get(client.send(request))));
    }
  }

  @Test
  void aServerThatDoesNotWantTheBodyIsSparedIt() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream body =
        new ByteArrayInputStream(new byte[10]) {
          @Override
          public void close() {
            closed.set(true);
          }
        };
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
              assertEquals(-1, with.in.read());
            })) {
      HttpRequest request =
          HttpRequest.post(peer.url()).header("expect", "100-continue").body(body).build();
      Response response = get(client.send(request));
      assertEquals(417, response.status());
      Await.until("the body is closed", closed::get);
    }
  }

  @Test
  void aBodyThatIsNeverSentIsLetGoOf() throws Exception {
    try (Peer peer = new Peer(Peer.Conversation::awaitClose)) {
      Deferred<Response> first = client.send(HttpRequest.get(peer.url()).build());
      Await.until("the only connection is taken", () -> client.stats().connections() == 1);
      ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer().writeZero(10);
      Stream<Object> stream = Stream.create();
      for (Object body : List.of(buffer, stream)) {
        Deferred<Response> waiting = client.send(HttpRequest.post(peer.url()).body(body).build());
        assertTrue(waiting.fail(new RequestCancellationException()));
      }
      assertEquals(0, buffer.refCnt());
      assertTrue(stream.isClosed());
      first.fail(new RequestCancellationException());
    }
  }
}
