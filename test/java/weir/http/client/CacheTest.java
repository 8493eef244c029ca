package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.get;

import clojure.lang.Keyword;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.http.cache.HttpCache;

/** A private cache by RFC 9111; each answer of the server has its number as the body. */
@Timeout(60)
class CacheTest {

  private final AtomicLong now = new AtomicLong(1_700_000_000_000L);
  private final HttpCache cache = new HttpCache(3, 100, now::get);
  private final HttpClient client = HttpClient.builder().build();
  private final List<String> heads = new CopyOnWriteArrayList<>();

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  /** Answers with these fields; 304 to what is conditional. */
  private Peer server(String fields) throws IOException {
    return new Peer(
        with -> {
          String head;
          while ((head = with.head()) != null) {
            heads.add(head.toLowerCase(Locale.ROOT));
            if (head.startsWith("POST")) {
              with.in.skipNBytes(1);
            }
            if (head.toLowerCase(Locale.ROOT).contains("if-none-match")) {
              with.say("HTTP/1.1 304 Not Modified\r\nX-New: yes\r\n" + fields + "\r\n");
            } else {
              String body = "" + heads.size();
              with.say(
                  "HTTP/1.1 200 OK\r\nContent-Length: "
                      + body.length()
                      + "\r\n"
                      + fields
                      + "\r\n"
                      + body);
            }
          }
        });
  }

  private String fetch(Peer peer) throws Exception {
    return fetch(peer, b -> b);
  }

  private String fetch(Peer peer, UnaryOperator<HttpRequest.Builder> more) throws Exception {
    HttpRequest.Builder b = HttpRequest.get(peer.url()).cache(cache).as(BodyMode.STRING);
    return outcome(get(client.send(more.apply(b).build())));
  }

  private static String outcome(Response response) {
    Object cached = ((Map<?, ?>) response).get(Keyword.intern("cached"));
    return cached + " " + response.body();
  }

  @Test
  void whatIsFreshIsNotAskedForAgain() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=10\r\n")) {
      assertEquals(":miss 1", fetch(peer));
      now.addAndGet(9_000);
      assertEquals(":hit 1", fetch(peer));
      now.addAndGet(1_000);
      assertEquals(":miss 2", fetch(peer));
    }
  }

  @Test
  void whatIsStaleIsValidated() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=1\r\nETag: \"v\"\r\n")) {
      assertEquals(":miss 1", fetch(peer));
      now.addAndGet(5_000);
      Response validated =
          get(client.send(HttpRequest.get(peer.url()).cache(cache).as(BodyMode.BYTES).build()));
      assertEquals("1", new String((byte[]) validated.body(), StandardCharsets.UTF_8));
      assertEquals(200, validated.status());
      assertEquals("yes", validated.headers().get("x-new"));
      assertTrue(heads.get(1).contains("if-none-match: \"v\""));
      assertEquals(":hit 1", fetch(peer));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cache-Control: no-store",
        "Cache-Control: no-store, max-age=10",
        "Vary: *\r\nExpires: x",
        "X: y",
        "Cache-Control: max-age=x",
        "Expires: 0",
        "Cache-Control: no-cache, max-age=9"
      })
  void whatMayNotBeUsedAgainIsAskedFor(String fields) throws Exception {
    try (Peer peer = server(fields + "\r\n")) {
      assertEquals(":miss 1", fetch(peer));
      assertEquals(":miss 2", fetch(peer));
    }
  }

  @Test
  void requestsHaveASay() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=10\r\n")) {
      assertEquals(":miss 1", fetch(peer));
      now.addAndGet(5_000);
      assertEquals(":miss 2", fetch(peer, b -> b.header("cache-control", "no-cache")));
      assertEquals(":miss 3", fetch(peer, b -> b.header("pragma", "no-cache")));
      assertEquals(":miss 4", fetch(peer, b -> b.header("cache-control", "no-store")));
      assertEquals(":hit 3", fetch(peer));
      now.addAndGet(5_000);
      assertEquals(":hit 3", fetch(peer, b -> b.header("cache-control", "max-age=5")));
      assertEquals(
          ":miss 5", fetch(peer, b -> b.header("cache-control", "max-age=4, min-fresh=6")));
      now.addAndGet(15_000);
      assertEquals(":hit 5", fetch(peer, b -> b.header("cache-control", "max-stale")));
      assertEquals(":hit 5", fetch(peer, b -> b.header("cache-control", "max-stale=6")));
      assertEquals(":miss 6", fetch(peer, b -> b.header("cache-control", "max-stale=5")));
    }
  }

  @Test
  void whoWantsOnlyWhatIsStoredGetsA504() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=10\r\n")) {
      HttpRequest request =
          HttpRequest.get(peer.url())
              .cache(cache)
              .header("cache-control", "only-if-cached")
              .build();
      assertEquals(504, get(client.send(request)).status());
      assertEquals(0, heads.size());
      assertEquals(":miss 1", fetch(peer));
      assertEquals(200, get(client.send(request)).status());
    }
  }

  @Test
  void responsesThatVaryAreKeptApart() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=10\r\nVary: Accept-Language, Cookie\r\n")) {
      assertEquals(":miss 1", fetch(peer, b -> b.header("accept-language", "de")));
      assertEquals(":miss 2", fetch(peer, b -> b.header("accept-language", "en")));
      assertEquals(":hit 1", fetch(peer, b -> b.header("Accept-Language", "de")));
      assertEquals(":miss 3", fetch(peer));
    }
  }

  @Test
  void anUnsafeRequestForgetsWhatItChanges() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=10\r\n")) {
      assertEquals(":miss 1", fetch(peer));
      fetch(peer, b -> b.method("POST").body("x"));
      assertEquals(":miss 3", fetch(peer));
    }
  }

  @Test
  void withoutAWordATenthOfItsAgeIsFresh() throws Exception {
    String modified = "Last-Modified: Tue, 14 Nov 2023 20:33:20 GMT\r\n"; // 100 minutes ago
    try (Peer peer = server(modified)) {
      assertEquals(":miss 1", fetch(peer));
      now.addAndGet(9 * 60_000);
      assertEquals(":hit 1", fetch(peer));
      now.addAndGet(2 * 60_000);
      assertEquals(":miss 2", fetch(peer));
    }
  }

  @Test
  void theAgeUnderwayCounts() throws Exception {
    try (Peer peer = server("Cache-Control: max-age=10\r\nAge: 8\r\n")) {
      assertEquals(":miss 1", fetch(peer));
      now.addAndGet(1_000);
      HttpRequest request = HttpRequest.get(peer.url()).cache(cache).build();
      assertEquals("9", get(client.send(request)).headers().get("age"));
      now.addAndGet(1_000);
      assertEquals(":miss 2", fetch(peer));
    }
  }

  @Test
  void largeBodiesPassThroughAndOldEntriesMakeRoom() throws Exception {
    String large = "x".repeat(100_000);
    try (Peer peer =
        new Peer(
            with -> {
              for (String head; (head = with.head()) != null; ) {
                heads.add(head);
                with.say(
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nContent-Length: 100000\r\n"
                        + "\r\n"
                        + large);
              }
            })) {
      for (int i = 0; i < 2; i++) {
        HttpRequest request = HttpRequest.get(peer.url()).cache(cache).build();
        InputStream in = (InputStream) get(client.send(request)).body();
        assertEquals(large, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(":miss " + large, fetch(peer));
      }
    }
    heads.clear();
    try (Peer peer = server("Cache-Control: max-age=10\r\n")) {
      for (int i = 0; i < 4; i++) {
        HttpRequest request = HttpRequest.get(peer.url() + i).cache(cache).build();
        get(client.send(request));
      }
      assertEquals(":miss 5", fetch(peer, b -> b.url(peer.url() + "0")));
      assertEquals(":hit 4", fetch(peer, b -> b.url(peer.url() + "3")));
    }
  }
}
