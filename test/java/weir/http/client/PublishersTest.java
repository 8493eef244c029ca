package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.get;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;

/** Bodies as reactive streams, here those of the JDK's own client. */
@Timeout(60)
class PublishersTest {

  private final HttpClient client = HttpClient.builder().build();

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  @SuppressWarnings("unchecked") // a body is an Object
  private static String read(Object body) throws Exception {
    BodySubscriber<String> text = BodySubscribers.ofString(StandardCharsets.UTF_8);
    ((Flow.Publisher<ByteBuffer>) body)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription s) {
                text.onSubscribe(s);
              }

              @Override
              public void onNext(ByteBuffer piece) {
                text.onNext(List.of(piece));
              }

              @Override
              public void onError(Throwable cause) {
                text.onError(cause);
              }

              @Override
              public void onComplete() {
                text.onComplete();
              }
            });
    return text.getBody().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void publishersGoAndComeBothWays(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    String large = "0123456789".repeat(100_000);
    Files.writeString(file, large);
    try (HttpServer server =
        HttpServer.builder().port(0).handler(r -> Reply.of(200).body(r.body())).start()) {
      String url = "http://localhost:" + server.port() + "/";
      for (Object body :
          List.of("small", BodyPublishers.ofString(large), BodyPublishers.ofFile(file), file)) {
        HttpRequest request = HttpRequest.post(url).body(body).as(BodyMode.PUBLISHER).build();
        String expected = body.equals("small") ? "small" : large;
        assertEquals(expected, read(get(client.send(request)).body()));
      }
      HttpRequest head = HttpRequest.get(url).method("HEAD").as(BodyMode.PUBLISHER).build();
      assertEquals("", read(get(client.send(head)).body()));
    }
  }

  @Test
  void aBodyThatIsCutShortFailsTheSubscriber() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
            })) {
      HttpRequest request = HttpRequest.get(peer.url()).as(BodyMode.PUBLISHER).build();
      Object body = get(client.send(request)).body();
      ExecutionException failure =
          org.junit.jupiter.api.Assertions.assertThrows(ExecutionException.class, () -> read(body));
      assertInstanceOf(IOException.class, failure.getCause());
    }
  }

  @Test
  @SuppressWarnings("unchecked") // a body is an Object
  void cancellingClosesTheBody() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
              with.awaitClose();
              closed.countDown();
            })) {
      HttpRequest request = HttpRequest.get(peer.url()).as(BodyMode.PUBLISHER).build();
      var body = (Flow.Publisher<ByteBuffer>) get(client.send(request)).body();
      body.subscribe(
          new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription s) {
              s.cancel();
            }

            @Override
            public void onNext(ByteBuffer piece) {}

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onComplete() {}
          });
      assertTrue(closed.await(20, TimeUnit.SECONDS));
    }
  }
}
