package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import weir.http.Endpoints;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.net.AddressRanges;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** What proxies say of the client, and how far they are believed. */
class ForwardedTest {

  private static final AddressRanges TRUSTED = AddressRanges.of(List.of("10.0.0.0/8"));
  private static final Endpoints PEER =
      new Endpoints(
          new InetSocketAddress("10.0.0.1", 80), new InetSocketAddress("10.0.0.2", 12345));

  private static String client(HttpHeaders headers, Forwarded.Kind kind) {
    Forwarded f = Forwarded.of(headers, PEER, TRUSTED, kind);
    return f.endpoints().remoteHost() + " " + f.scheme() + " " + f.host();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "198.51.100.7                        | 198.51.100.7 null null",
        "198.51.100.7, 10.0.0.3              | 198.51.100.7 null null",
        "1.1.1.1, 198.51.100.7, 10.0.0.3     | 198.51.100.7 null null",
        "10.0.0.4, 10.0.0.3                  | 10.0.0.4 null null",
        "198.51.100.7:4711                   | 198.51.100.7 null null",
        "[2001:db8::1]:4711                  | 2001:db8:0:0:0:0:0:1 null null",
        "2001:db8::1                         | 2001:db8:0:0:0:0:0:1 null null",
        "unknown                             | 10.0.0.2 null null",
        "1.1.1.1, evil, 10.0.0.3             | 10.0.0.3 null null",
        "''                                  | 10.0.0.2 null null"
      })
  void theClientIsTheFirstAddressThatIsNoProxyOfOurs(String xForwardedFor, String expected) {
    HttpHeaders headers = new DefaultHttpHeaders().add("x-forwarded-for", xForwardedFor);
    assertEquals(expected, client(headers, Forwarded.Kind.X_FORWARDED));
    assertEquals("10.0.0.2 null null", client(headers, Forwarded.Kind.STANDARD));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "198.51.100.7           | https        | a.example:8443 | 198.51.100.7 https a.example:8443",
        "198.51.100.7, 10.0.0.3 | https, http  | a, b           | 198.51.100.7 https a",
        "1.1.1.1, 198.51.100.7  | HTTPS        | a              | 198.51.100.7 https a",
        "1.1.1.1, 198.51.100.7  | http, https  | evil, a        | 198.51.100.7 https a",
        "198.51.100.7           | gopher       | a              | 198.51.100.7 null a"
      })
  void schemeAndHostAreThoseOfTheSameHop(
      String address, String scheme, String host, String client) {
    HttpHeaders headers =
        new DefaultHttpHeaders()
            .add("x-forwarded-for", address)
            .add("x-forwarded-proto", scheme)
            .add("x-forwarded-host", host);
    assertEquals(client, client(headers, Forwarded.Kind.X_FORWARDED));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "for=198.51.100.7                                        | 198.51.100.7 null null",
        "For=\"[2001:db8::1]:4711\";Proto=https;host=\"a:8443\"  | 2001:db8:0:0:0:0:0:1 https a:8443",
        "for=1.1.1.1;proto=http, for=198.51.100.7;proto=https    | 198.51.100.7 https null",
        "for=198.51.100.7;host=a, for=10.0.0.3;host=b;by=_x      | 198.51.100.7 null a",
        "for=\"1.1.1.1, for=2.2.2.2\", for=198.51.100.7          | 198.51.100.7 null null",
        "for=_hidden;proto=https                                 | 10.0.0.2 https null",
        "for=unknown                                             | 10.0.0.2 null null",
        "nonsense                                                | 10.0.0.2 null null"
      })
  void theStandardHeaderIsReadAsRfc7239HasIt(String forwarded, String expected) {
    HttpHeaders headers = new DefaultHttpHeaders().add("forwarded", forwarded);
    assertEquals(expected, client(headers, Forwarded.Kind.STANDARD));
    assertEquals("10.0.0.2 null null", client(headers, Forwarded.Kind.X_FORWARDED));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aRequestIsSeenAsTheTrustedProxySaysAndOthersAsTheyCome(Protocol protocol) throws Exception {
    String request =
        "GET / HTTP/1.1\r\nHost: inner\r\nX-Forwarded-For: 198.51.100.7\r\n"
            + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n\r\n";
    assertEquals("198.51.100.7 https a.example 443", seen(protocol, List.of("127.0.0.1"), request));
    assertEquals("127.0.0.1 http 127.0.0.1", seen(protocol, List.of("10.0.0.0/8"), request));
  }

  private static String seen(Protocol protocol, List<String> trusted, String request)
      throws Exception {
    HttpServer server =
        protocol
            .server()
            .port(0)
            .forwardedFrom(trusted)
            .handler(
                r -> {
                  weir.http.RingRequest ring = (weir.http.RingRequest) r;
                  Object port = ring.valAt(clojure.lang.Keyword.intern("server-port"));
                  return Reply.text(
                      ring.valAt(clojure.lang.Keyword.intern("remote-addr"))
                          + " "
                          + r.scheme()
                          + " "
                          + ring.valAt(clojure.lang.Keyword.intern("server-name"))
                          + (port.equals(443L) ? " 443" : ""));
                })
            .start();
    try (RawClient client = protocol.client(server.port())) {
      return client.send(request).read().text();
    } finally {
      server.shutdown(Duration.ZERO).await();
    }
  }
}
