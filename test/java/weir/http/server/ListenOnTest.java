package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.net.Transport;
import weir.testing.RawClient;

/** The places and transports that a server can listen on. */
class ListenOnTest {

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Transport.class)
  void anAvailableTransportServesAndAnotherSaysWhyNot(Transport transport) throws Exception {
    HttpServer.Builder builder = HttpServer.builder().port(0).handler(r -> Reply.text("here"));
    if (!transport.isAvailable()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> builder.transport(transport))
              .getMessage();
      assertTrue(message.contains("transport: " + transport), message);
      return;
    }
    HttpServer server = builder.transport(transport).start();
    try (RawClient client = new RawClient(server.port())) {
      assertEquals("here", client.get("/").read().text());
      assertEquals(transport.toString(), server.transportName());
    } finally {
      server.shutdown(Duration.ZERO).await();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void aUnixSocketIsServedAndItsFileRemoved(Transport transport) throws Exception {
    Path path = dir.resolve("server.sock");
    HttpServer.Builder builder =
        HttpServer.builder()
            .unixSocket(path)
            .handler(r -> Reply.text(r.path() + " of " + r.remoteAddress()));
    if (!transport.isAvailable()) {
      return; // the test above has seen to the message
    }
    HttpServer server = builder.transport(transport).start();
    try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      client.connect(UnixDomainSocketAddress.of(path));
      client.write(
          ByteBuffer.wrap(
              "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      while (client.read(answer) >= 0) {
        // until the server closes
      }
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      assertTrue(text.contains("/a of "), text);
      assertThrows(BindException.class, builder::start);
    } finally {
      server.shutdown(Duration.ZERO).await();
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void aListenSocketOutlivesTheServerAndServesItsSuccessor() throws Exception {
    try (ServerSocketChannel socket = ServerSocketChannel.open()) {
      socket.bind(new InetSocketAddress("localhost", 0));
      int port = socket.socket().getLocalPort();
      for (String name : new String[] {"first", "second"}) {
        HttpServer server =
            HttpServer.builder().listenSocket(socket).handler(r -> Reply.text(name)).start();
        assertEquals(port, server.port());
        try (RawClient client = new RawClient(port)) {
          assertEquals(name, client.get("/").read().text());
        }
        server.shutdown(Duration.ofSeconds(20)).await(20, TimeUnit.SECONDS);
        assertTrue(socket.isOpen());
      }
    }
  }

  @Test
  void aListenSocketOfTheWrongKindIsRefused() throws Exception {
    try (ServerSocketChannel unbound = ServerSocketChannel.open()) {
      for (Object socket : new Object[] {unbound, "socket", 3L}) {
        HttpServer.Builder builder =
            HttpServer.builder().listenSocket(socket).handler(r -> Reply.text("x"));
        String message = assertThrows(IllegalArgumentException.class, builder::start).getMessage();
        assertTrue(message.contains("listen-socket"), message);
      }
    }
  }

  /** As at a REPL: the next server listens where the one before did, with nobody waiting in between. */
  @Test
  void anAddressIsFreeWhenItsServerWasClosed() throws Exception {
    HttpServer.Builder builder = HttpServer.builder().port(0).handler(r -> Reply.text("fine"));
    HttpServer server = builder.start();
    int port = server.port();
    for (int i = 0; i < 50; i++) {
      server.close();
      server = builder.port(port).start();
    }
    server.shutdown(Duration.ZERO).await();
  }
}
