package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import weir.http.Extras.Credentials;
import weir.http.HttpClient;
import weir.http.HttpRequest;

class DigestAuthTest {

  private static final Credentials MUFASA = new Credentials("Mufasa", "Circle of Life");

  /** The example of RFC 7616 §3.9.1. */
  @Test
  void answersAreThoseOfTheSpecification() {
    String fields =
        "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=%s,"
            + " nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\","
            + " opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
    assertTrue(
        value(fields.formatted("SHA-256"), "SHA-256")
            .contains("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"));
    assertTrue(value(fields.formatted("MD5"), "MD5").contains("8ca523f5e9506fed4657c9700eebdbec"));
  }

  private static String value(String field, String algorithm) {
    return DigestAuth.valueOf(
        Challenge.parse(List.of(field)).get(0),
        algorithm,
        MUFASA,
        "GET",
        "/dir/index.html",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
  }

  @Test
  void theStrongestChallengeIsAnsweredThatIsKnown() {
    HttpRequest request = HttpRequest.get("http://h/").digestAuth("u", "p").build();
    HttpRequest answer =
        DigestAuth.answer(
            request,
            List.of(
                "Negotiate, Digest realm=\"a, b\", nonce=\"1\", qop=\"auth\"",
                "Basic realm=x, Digest realm=s, nonce=2, algorithm=SHA-256-sess, qop=auth"));
    assertTrue(answer.fields().value(0).contains("algorithm=SHA-256-sess"));
    assertNull(DigestAuth.answer(request, List.of("Digest realm=a, nonce=1, qop=\"auth-int\"")));
    assertNull(DigestAuth.answer(request, List.of("Digest realm=a, nonce=1, algorithm=NEW")));
    assertNull(DigestAuth.answer(request, List.of("Basic realm=a")));
    assertNull(
        DigestAuth.answer(
            request.toBuilder().body(new ByteArrayInputStream(new byte[1])).build(),
            List.of("Digest realm=a, nonce=1")));
  }

  @Test
  void oneChallengeIsAnsweredAndTheNextOneIsTheResponse() throws Exception {
    List<String> heads = new CopyOnWriteArrayList<>();
    try (Peer server =
            new Peer(
                c -> {
                  String head;
                  while ((head = c.head()) != null) {
                    heads.add(head);
                    boolean good = head.contains("username=\"good\"");
                    c.say(
                        (good ? "HTTP/1.1 200 OK" : "HTTP/1.1 401 No")
                            + "\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""
                            + "\r\nContent-Length: 2\r\n\r\nhi");
                  }
                });
        HttpClient client = HttpClient.builder().build()) {
      HttpRequest request = HttpRequest.get(server.url()).digestAuth("good", "p").build();
      assertEquals(200, Clients.get(client.send(request)).status());
      assertEquals(2, heads.size());
      HttpRequest bad = request.toBuilder().digestAuth("bad", "p").build();
      assertEquals(401, Clients.get(client.send(bad)).status());
      assertEquals(4, heads.size());
      Clients.assertNoneLeft(client);
    }
  }
}
