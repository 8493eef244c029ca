package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.RingRequest;
import weir.testing.OverBothVersions;
import weir.testing.Protocol;
import weir.testing.RawClient;

/** Connections that begin with the header of a proxy. */
@OverBothVersions
class ProxyProtocolTest {

  @Parameter Protocol protocol;

  private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10};
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private RawClient serve(String trusted) throws IOException {
    server =
        protocol
            .server()
            .port(0)
            .proxyProtocolFrom(List.of(trusted))
            .headerTimeout(Duration.ofMillis(100))
            .handler(
                r ->
                    Reply.text(
                        value(r, "remote-addr")
                            + " "
                            + value(r, "server-name")
                            + " "
                            + value(r, "server-port")
                            + " "
                            + r.scheme()))
            .start();
    return protocol.client(server.port());
  }

  private static Object value(Object request, String key) {
    return ((RingRequest) request).valAt(Keyword.intern(key));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Version 2: command, family, then addresses and extra fields. */
  private static byte[] v2(int command, int family, int... payload) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(SIGNATURE);
    out.write(0x20 | command);
    out.write(family);
    out.write(payload.length >> 8);
    out.write(payload.length);
    for (int b : payload) {
      out.write(b);
    }
    return out.toByteArray();
  }

  private static final int[] ADDRESSES = {198, 51, 100, 7, 203, 0, 113, 9, 0x12, 0x34, 0, 80};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 198.51.100.7 203.0.113.9 4711 80\r\n",
        "PROXY TCP6 2001:db8::1 2001:db8::2 4711 80\r\n"
      })
  void version1TellsWhoTheClientIs(String header) throws Exception {
    try (RawClient client = serve("127.0.0.0/8")) {
      client.raw(bytes(header)).send(GET + GET);
      String expected =
          header.contains("TCP4")
              ? "198.51.100.7 203.0.113.9 80 http"
              : "2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:2 80 http";
      assertEquals(expected, client.read().text());
      assertEquals(expected, client.read().text());
    }
  }

  @Test
  void version2TellsWhoTheClientIsHoweverItArrives() throws Exception {
    try (RawClient client = serve("127.0.0.1")) {
      for (byte b : v2(1, 0x11, ADDRESSES)) {
        client.raw(new byte[] {b});
      }
      assertEquals("198.51.100.7 203.0.113.9 80 http", client.send(GET).read().text());
    }
  }

  @Test
  void version2TellsThatTheClientUsedTls() throws Exception {
    int[] payload = new int[ADDRESSES.length + 8];
    System.arraycopy(ADDRESSES, 0, payload, 0, ADDRESSES.length);
    System.arraycopy(new int[] {0x20, 0, 5, 1, 0, 0, 0, 0}, 0, payload, ADDRESSES.length, 8);
    try (RawClient client = serve("127.0.0.1")) {
      client.raw(v2(1, 0x11, payload));
      assertEquals("198.51.100.7 203.0.113.9 80 https", client.send(GET).read().text());
    }
  }

  @Test
  void aProxyThatSpeaksForItselfIsTheClient() throws Exception {
    try (RawClient client = serve("127.0.0.1")) {
      assertTrue(client.raw(v2(0, 0)).send(GET).read().text().startsWith("127.0.0.1 "));
    }
    server.shutdown(Duration.ZERO).await();
    try (RawClient client = serve("127.0.0.1")) {
      assertTrue(
          client.raw(bytes("PROXY UNKNOWN\r\n")).send(GET).read().text().startsWith("127.0.0.1 "));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GET,
        "PROXY TCP4 198.51.100.7\r\n" + GET,
        "PROXY TCP4 198.51.100.777 203.0.113.9 4711 80\r\n" + GET,
        "PROXY TCP4 198.51.100.7 203.0.113.9 99999 80\r\n" + GET,
        "PROXY TCP4 198.51.100.7 203.0.113.9 4711 80                          "
            + "                                               ",
        "PROXY TCP4",
        ""
      })
  void aTrustedPeerWithoutAValidHeaderInTimeIsCut(String text) throws Exception {
    try (RawClient client = serve("127.0.0.1")) {
      assertTrue(client.raw(bytes(text)).atEnd());
    }
  }

  @Test
  void extraFieldsAreBounded() throws Exception {
    byte[] header = v2(1, 0x11, new int[60_000]);
    try (RawClient client = serve("127.0.0.1")) {
      try {
        client.raw(header).send(GET);
      } catch (IOException e) {
        // cut before it had sent everything
      }
      assertTrue(client.atEnd());
    }
  }

  @Test
  void othersCannotSayWhoTheyAre() throws Exception {
    serve("10.0.0.0/8").close();
    try (RawClient client = new RawClient(server.port())) { // no HTTP of any version
      client.send("PROXY TCP4 198.51.100.7 203.0.113.9 4711 80\r\n" + GET);
      assertEquals(400, client.read().status());
      assertTrue(client.atEnd());
    }
    try (RawClient client = new RawClient(server.port())) {
      assertTrue(client.send(GET).read().text().startsWith("127.0.0.1 "));
      String v2 = new String(v2(1, 0x11, ADDRESSES), StandardCharsets.ISO_8859_1);
      assertEquals(400, client.send(v2 + GET).read().status());
    }
  }
}
