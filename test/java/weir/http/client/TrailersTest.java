package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;
import static weir.http.client.Clients.text;

import clojure.lang.Keyword;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.Headers;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;

/** The fields behind a body. */
@Timeout(60)
class TrailersTest {

  private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  private final HttpClient client = HttpClient.builder().build();
  private final CountDownLatch headSeen = new CountDownLatch(1);

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  private Peer saying(String end) throws IOException {
    return new Peer(
        with -> {
          with.head();
          with.say(HEAD + "2\r\nok\r\n");
          headSeen.await(20, TimeUnit.SECONDS);
          with.say(end);
        });
  }

  @SuppressWarnings("unchecked") // a response is a map of anything
  private static Deferred<Headers> trailers(Response response) {
    return (Deferred<Headers>) ((Map<Object, Object>) response).get(Keyword.intern("trailers"));
  }

  @Test
  void comeWhenTheBodyHasEnded() throws Exception {
    try (Peer peer = saying("0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n")) {
      Response response = get(client.send(HttpRequest.get(peer.url()).build()));
      Deferred<Headers> trailers = trailers(response);
      assertFalse(trailers.isRealized());
      headSeen.countDown();
      assertEquals("ok", text(response));
      assertEquals("1,2", trailers.await(20, TimeUnit.SECONDS).get("X-SUM"));
    }
  }

  @Test
  void failWithTheBody() throws Exception {
    try (Peer peer = saying("5\r\ncut")) {
      Response response = get(client.send(HttpRequest.get(peer.url()).build()));
      headSeen.countDown();
      assertInstanceOf(IOException.class, failureOf(trailers(response)));
      ((java.io.InputStream) response.body()).close();
    }
  }

  @Test
  void areEmptyWhereThereCanBeNone() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.answer("ok");
            })) {
      Response response = get(client.send(HttpRequest.get(peer.url()).build()));
      assertEquals(0, trailers(response).await(1, TimeUnit.SECONDS).names().size());
    }
  }
}
