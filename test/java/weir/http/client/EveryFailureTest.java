package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;
import static weir.http.client.Clients.get;

import aleph.utils.ConnectionTimeoutException;
import aleph.utils.PoolTimeoutException;
import aleph.utils.ProxyConnectionTimeoutException;
import aleph.utils.ReadTimeoutException;
import aleph.utils.RequestCancellationException;
import aleph.utils.RequestTimeoutException;
import clojure.lang.ExceptionInfo;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.proxy.ProxyConnectException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.ErrorStatusException;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.RedirectException;
import weir.http.Response;
import weir.http.Url;
import weir.net.proxy.NoProxy;
import weir.net.proxy.ProxyServer;
import weir.testing.Await;

/**
 * Every failure that a request can come to, each by the fault that causes it; and after each the pool
 * holds nothing that is in use and nothing waits.
 */
@Timeout(60)
class EveryFailureTest {

  private static final Duration SOON = Duration.ofMillis(50);
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  /** A request to a peer; changed by a row. */
  private interface Change extends Consumer<HttpRequest.Builder> {}

  private static Peer.Script saying(String answer) {
    return with -> {
      with.head();
      with.say(answer);
      with.awaitClose();
    };
  }

  private static Peer.Script closingAfter(String answer) {
    return with -> {
      with.head();
      with.say(answer);
    };
  }

  private static Arguments row(
      String fault, Class<? extends Throwable> expected, Peer.Script peer, Change change) {
    return Arguments.of(fault, expected, peer, change);
  }

  private static final Peer.Script SILENT = Peer.Conversation::awaitClose;

  static Stream<Arguments> faults() {
    return Stream.of(
        row("no answer", RequestTimeoutException.class, SILENT, b -> b.requestTimeout(SOON)),
        row("not all in time", RequestTimeoutException.class, SILENT, b -> b.totalTimeout(SOON)),
        row("silence", ReadTimeoutException.class, SILENT, b -> b.socketTimeout(SOON)),
        row(
            "a handshake that lasts",
            ConnectionTimeoutException.class,
            SILENT,
            b -> b.connectionTimeout(SOON)),
        row(
            "a gathered body that stalls",
            ReadTimeoutException.class,
            saying(OK + "Content-Length: 9\r\n\r\nabc"),
            b -> b.as(BodyMode.STRING).socketTimeout(SOON)),
        row(
            "a close without an answer",
            ConnectionClosedException.class,
            Peer.Conversation::head,
            b -> {}),
        row(
            "a body cut short",
            ConnectionClosedException.class,
            closingAfter(OK + "Content-Length: 9\r\n\r\nabc"),
            b -> b.as(BodyMode.STRING)),
        row(
            "a reset",
            ConnectionClosedException.class,
            with -> {
              with.head();
              with.reset();
            },
            b -> {}),
        row("no HTTP", IllegalArgumentException.class, saying("garbage\r\n\r\n"), b -> {}),
        row(
            "a header without end",
            TooLongFrameException.class,
            saying(OK + "A: " + "x".repeat(70_000)),
            b -> {}),
        row(
            "interim responses without end",
            ProtocolException.class,
            saying("HTTP/1.1 102 Processing\r\n\r\n".repeat(40)),
            b -> {}),
        row(
            "an unknown transfer coding",
            ProtocolException.class,
            saying(OK + "Transfer-Encoding: gzip\r\n\r\n"),
            b -> {}),
        row(
            "a chunk size that is none",
            NumberFormatException.class,
            saying(OK + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
            b -> b.as(BodyMode.BYTES)),
        row(
            "an exceptional status",
            ErrorStatusException.class,
            saying("HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno"),
            b -> b.failOnErrorStatus(true)),
        row(
            "a redirect to nowhere",
            RedirectException.class,
            saying("HTTP/1.1 302 Found\r\nLocation: ftp://h/\r\nContent-Length: 0\r\n\r\n"),
            b -> {}),
        row(
            "redirects without end",
            RedirectException.class,
            with -> {
              while (with.head() != null) {
                with.say("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
              }
            },
            b -> b.failOnErrorStatus(true)),
        row(
            "a body beyond its limit",
            IOException.class,
            saying(OK + "Content-Length: 5\r\n\r\nabcde"),
            b -> b.as(BodyMode.BYTES).maxBodyBytes(4)),
        row(
            "a coding that is broken",
            IOException.class,
            saying(OK + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde"),
            b -> b.as(BodyMode.BYTES).decompress(true)),
        row(
            "a body that is none",
            IllegalArgumentException.class,
            SILENT,
            b -> b.method("POST").body(new Object())),
        row(
            "a body that cannot be read",
            FileNotFoundException.class,
            SILENT,
            b -> b.method("POST").body(new Unreadable())),
        row(
            "a length that is not the body's",
            IllegalArgumentException.class,
            SILENT,
            b -> b.method("POST").header("content-length", "3").body("abcd")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aFaultOfAServerOrOfARequest(
      String fault, Class<? extends Throwable> expected, Peer.Script script, Change change)
      throws Exception {
    HttpClient client = HttpClient.builder().build();
    try (Peer peer = new Peer(script)) {
      String scheme = fault.contains("handshake") ? "https" : "http";
      HttpRequest.Builder request = HttpRequest.get(scheme + "://127.0.0.1:" + peer.port() + "/");
      change.accept(request);
      assertInstanceOf(expected, failureOf(client.send(request.build())));
      assertNothingIsInUse(client);
    }
    assertNoneLeft(client);
  }

  private static final class Unreadable extends InputStream {
    @Override
    public int read() throws IOException {
      throw new FileNotFoundException("gone");
    }
  }

  private static void assertNothingIsInUse(HttpClient client) throws InterruptedException {
    Await.until(
        "nothing is in use: " + client.stats(),
        () ->
            client.stats().origins().values().stream()
                .allMatch(o -> o.queued() == 0 && o.connections() == o.idle()));
  }

  // ---- what happens before there is a connection

  private static HttpRequest to(String url) {
    return HttpRequest.get(url).build();
  }

  private static void fails(
      HttpClient client, Class<? extends Throwable> expected, HttpRequest request)
      throws Exception {
    assertInstanceOf(expected, failureOf(client.send(request)));
    assertNothingIsInUse(client);
    assertNoneLeft(client);
  }

  @Test
  void nobodyListens() throws Exception {
    try (Socket bound = new Socket()) { // it never listens
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      fails(
          HttpClient.builder().build(),
          ConnectException.class,
          to("http://127.0.0.1:" + bound.getLocalPort()));
    }
  }

  @Test
  void nobodyHasThatName() throws Exception {
    fails(HttpClient.builder().build(), UnknownHostException.class, to("http://nowhere.invalid/"));
  }

  /** A listener whose backlog is full lets further connections wait without a word. */
  @Test
  void aConnectionThatIsNotAccepted() throws Exception {
    List<Socket> backlog = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        Socket socket = new Socket();
        backlog.add(socket);
        try {
          socket.connect(full.getLocalSocketAddress(), 100);
        } catch (IOException itIsFull) {
          break;
        }
      }
      fails(
          HttpClient.builder().connectTimeout(SOON).build(),
          ConnectionTimeoutException.class,
          to("http://127.0.0.1:" + full.getLocalPort()));
    } finally {
      for (Socket each : backlog) {
        each.close();
      }
    }
  }

  @Test
  void noTlsWhereTlsIsWanted() throws Exception {
    try (Peer peer = new Peer(with -> with.say("HTTP/1.1 400 Bad\r\n\r\n"))) {
      fails(
          HttpClient.builder().build(),
          SSLException.class,
          to("https://127.0.0.1:" + peer.port() + "/"));
    }
  }

  @Test
  void aServerThatRefusesTheHandshake() throws Exception {
    byte[] fatalHandshakeFailure = {21, 3, 3, 0, 2, 2, 40};
    try (Peer peer =
        new Peer(
            with -> {
              with.in.read();
              with.out.write(fatalHandshakeFailure);
              with.out.flush();
              with.awaitClose();
            })) {
      fails(
          HttpClient.builder().build(),
          SSLHandshakeException.class,
          to("https://127.0.0.1:" + peer.port() + "/"));
    }
  }

  @Test
  void aRequestToNoUrl() {
    assertInstanceOf(
        MalformedURLException.class,
        org.junit.jupiter.api.Assertions.assertThrows(
            MalformedURLException.class, () -> Url.parse("ftp://h/")));
  }

  // ---- proxies

  private static HttpClient through(ProxyServer proxy) {
    return HttpClient.builder().proxy(proxy, NoProxy.of(List.of())).build();
  }

  private static ProxyServer http(Peer peer, Duration timeout) {
    return new ProxyServer(
        ProxyServer.Protocol.HTTP,
        "127.0.0.1",
        peer.port(),
        null,
        null,
        null,
        true,
        true,
        timeout,
        null);
  }

  @Test
  void aProxyThatKeepsSilent() throws Exception {
    try (Peer peer = new Peer(SILENT)) {
      fails(
          through(http(peer, SOON)),
          ProxyConnectionTimeoutException.class,
          to("http://h.invalid/"));
    }
  }

  @Test
  void aProxyThatRefuses() throws Exception {
    try (Peer peer =
        new Peer(
            saying("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"))) {
      HttpClient client = through(http(peer, Duration.ofSeconds(20)));
      ExceptionInfo refused =
          assertInstanceOf(ExceptionInfo.class, failureOf(client.send(to("http://h.invalid/"))));
      assertTrue(refused.getData().toString().contains("proxy-authenticate"), "its headers");
      assertNothingIsInUse(client);
      assertNoneLeft(client);
    }
  }

  @Test
  void aSocksProxyThatCannotConnect() throws Exception {
    try (Peer peer =
        new Peer(
            with -> {
              with.in.readNBytes(3);
              with.out.write(new byte[] {5, 0});
              with.in.read();
              with.out.write(new byte[] {5, 5, 0, 1, 0, 0, 0, 0, 0, 0}); // connection refused
              with.awaitClose();
            })) {
      fails(
          through(ProxyServer.socks5("127.0.0.1", peer.port())),
          ProxyConnectException.class,
          to("http://h.invalid/"));
    }
  }

  // ---- the pool

  @Test
  void aWaitThatLastsAndAQueueThatIsFull() throws Exception {
    HttpClient client = HttpClient.builder().connectionsPerHost(1).maxQueue(1).build();
    try (Peer peer = new Peer(SILENT)) {
      Deferred<Response> first = client.send(to(peer.url()));
      Await.until("it is under way", () -> peer.accepted() == 1);
      HttpRequest impatient = HttpRequest.get(peer.url()).poolTimeout(SOON).build();
      assertInstanceOf(PoolTimeoutException.class, failureOf(client.send(impatient)));
      Deferred<Response> second = client.send(to(peer.url()));
      assertInstanceOf(RejectedExecutionException.class, failureOf(client.send(to(peer.url()))));
      assertTrue(second.fail(new RequestCancellationException()));
      assertTrue(first.fail(new RequestCancellationException()));
      assertInstanceOf(RequestCancellationException.class, failureOf(first));
      assertNothingIsInUse(client);
    }
    assertNoneLeft(client);
    assertInstanceOf(PoolClosedException.class, failureOf(client.send(to("http://127.0.0.1:1/"))));
    assertEquals(0, client.stats().connections());
  }

  // ---- a streamed body

  @Test
  void aStreamedBodyThatStalls() throws Exception {
    HttpClient client = HttpClient.builder().build();
    try (Peer peer = new Peer(saying(OK + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"))) {
      HttpRequest request = HttpRequest.get(peer.url()).readTimeout(SOON).build();
      InputStream in = (InputStream) get(client.send(request)).body();
      IOException failure =
          org.junit.jupiter.api.Assertions.assertThrows(IOException.class, in::readAllBytes);
      assertInstanceOf(ReadTimeoutException.class, failure.getCause());
      assertNothingIsInUse(client);
    }
    assertNoneLeft(client);
  }
}
