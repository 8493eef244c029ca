package weir.http.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import clojure.lang.PersistentHashMap;
import clojure.lang.PersistentVector;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import weir.http.HttpServer;
import weir.http.client.RingWebSocketClient;
import weir.http.websocket.Servers.Threads;

/** Node's ws as the peer, in both roles. {@code make test} installs it in test/node. */
class NodePeersTest {

  private static final WebSocketConfig CONFIG =
      WebSocketConfig.builder()
          .maxFrameBytes(2 << 20)
          .maxMessageBytes(2 << 20)
          .deflate(DeflateConfig.DEFAULT)
          .build();

  private static Process node(String script, Object... arguments) throws Exception {
    File folder = new File("test/node");
    assertTrue(
        new File(folder, "node_modules/ws").isDirectory(),
        "node's ws is missing: run `make node-peers`, as `make test` does");
    List<String> command = new ArrayList<>(List.of("node", script));
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    return new ProcessBuilder(command).directory(folder).redirectErrorStream(true).start();
  }

  @Test
  void aForeignClientIsServed() throws Exception {
    Recorder echo =
        new Recorder() {
          @Override
          public void onText(WebSocket socket, String text) throws Exception {
            if (text.startsWith("close ")) {
              socket.close(Integer.parseInt(text.substring(6)), "as asked");
            } else {
              super.onText(socket, text);
            }
          }
        };
    try (HttpServer server = Servers.start(Threads.WORKERS, CONFIG, echo)) {
      Process client = node("client.js", server.port());
      String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(client.waitFor(60, TimeUnit.SECONDS));
      assertEquals("ok\n", said);
    }
  }

  /** Puts what it hears into a queue. */
  private static final class Heard implements WebSocketListener {
    final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();

    @Override
    public void onText(WebSocket socket, String text) {
      messages.add(text);
    }

    @Override
    public void onBinary(WebSocket socket, byte[] data) {
      messages.add(data);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      messages.add(code + " " + reason);
    }

    Object next() throws InterruptedException {
      return messages.poll(20, TimeUnit.SECONDS);
    }
  }

  private static Map<?, ?> options(Object... namesAndValues) {
    Object[] entries = namesAndValues.clone();
    for (int i = 0; i < entries.length; i += 2) {
      entries[i] = Keyword.intern((String) entries[i]);
    }
    return (Map<?, ?>) PersistentHashMap.create(entries);
  }

  @Test
  void aForeignServerIsUsed() throws Exception {
    Process server = node("server.js");
    try {
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
      String url = "ws://127.0.0.1:" + out.readLine() + "/";
      for (boolean compressed : new boolean[] {false, true}) {
        Heard heard = new Heard();
        WebSocket socket = connect(url, compressed, heard);
        assertEquals("second", socket.subProtocol());
        assertEquals(
            compressed
                ? "permessage-deflate; client_max_window_bits=10; server_max_window_bits=10"
                : null,
            socket.extensions());
        for (int size : new int[] {0, 1, 125, 126, 65535, 65536, 1 << 20}) {
          byte[] data = new byte[size];
          new Random(size).nextBytes(data);
          Arrays.fill(data, size / 3, size, (byte) 'x');
          socket.send(data);
          assertTrue(Arrays.equals(data, (byte[]) heard.next()), "size " + size);
        }
        socket.send("Grüße 𝄞");
        assertEquals("Grüße 𝄞", heard.next());
        socket.send("fragments");
        assertEquals("fragments", heard.next());
        assertTrue(socket.ping(new byte[] {1}).await(20, TimeUnit.SECONDS));
        socket.send("close 4000");
        assertEquals("4000 as asked", heard.next());
      }
      Heard heard = new Heard();
      WebSocket socket = connect(url, true, heard);
      assertTrue(socket.close(1000, "bye").await(20, TimeUnit.SECONDS));
      assertEquals("1000 bye", heard.next());
      assertEquals(1000, socket.peerCloseCode());
    } finally {
      server.destroy();
    }
  }

  @Test
  void aForeignServerOfHttp2IsUsed() throws Exception {
    Process server = node("server2.js");
    try {
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
      String url = "ws://127.0.0.1:" + out.readLine() + "/";
      Heard heard = new Heard();
      WebSocket socket = connectOverHttp2(url, heard);
      assertEquals("second", socket.subProtocol());
      for (int size : new int[] {0, 1, 65535, 65536, 2 << 20}) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        socket.send(data);
        assertTrue(Arrays.equals(data, (byte[]) heard.next()), "size " + size);
      }
      socket.send("fragments");
      assertEquals("fragments", heard.next());
      assertTrue(socket.ping(new byte[] {1}).await(20, TimeUnit.SECONDS));
      socket.send("close 4000");
      assertEquals("4000 as asked", heard.next());
      heard = new Heard();
      socket = connectOverHttp2(url, heard);
      assertTrue(socket.close(1000, "bye").await(20, TimeUnit.SECONDS));
      assertEquals("1000 bye", heard.next());
      assertEquals(1000, socket.peerCloseCode());
      WebSocketClientHandshakeException refused =
          assertThrows(
              WebSocketClientHandshakeException.class,
              () -> connectOverHttp2(url + "refused", new Heard()));
      assertEquals("Invalid handshake response getStatus: 403 Forbidden", refused.getMessage());
    } finally {
      server.destroy();
    }
  }

  private static WebSocket connectOverHttp2(String url, Heard heard) throws Exception {
    Map<?, ?> options =
        options(
            "http-versions",
            PersistentVector.create(Keyword.intern("http2")),
            "sub-protocols",
            url.endsWith("refused") ? null : "first,second",
            "max-message-size",
            2 << 20);
    return RingWebSocketClient.listen("test", url, options, heard)
        .await(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
  }

  private static WebSocket connect(String url, boolean compressed, Heard heard) throws Exception {
    Map<?, ?> options =
        options(
            "compression?",
            compressed,
            "sub-protocols",
            "first,second",
            "max-message-size",
            2 << 20);
    return RingWebSocketClient.listen("test", url, options, heard)
        .await(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
  }
}
