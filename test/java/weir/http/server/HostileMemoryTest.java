package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.RawClient;

/** What clients can make a server hold: a JVM with 256 MiB of heap survives a thousand bad ones. */
class HostileMemoryTest {

  private static final int ATTACKERS = 1000;

  /** So much is offered on each connection at most; a server that takes it all has lost. */
  private static final int OFFERED = 2 * 1024 * 1024;

  @TempDir Path folder;
  private SmallHeap server;

  @BeforeEach
  void start() throws IOException {
    server = new SmallHeap(folder);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /** What is sent again and again, after a beginning. */
  private record Attack(String begin, String again) {}

  private static final String POST = "POST /never HTTP/1.1\r\nHost: a\r\n";

  private static final List<Attack> ATTACKS =
      List.of(
          new Attack("GET /never HTTP/1.1\r\nHost: a\r\n", "a:\r\n"),
          new Attack("", "GET /never HTTP/1.1\r\nHost:\r\n\r\n"),
          new Attack("", "GET /never HTTP/1.1\r\nHost:\r\n" + "a:\r\n".repeat(250) + "\r\n"),
          new Attack("", "GET /never?" + "a".repeat(8000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
          new Attack("", POST + "Content-Length: 15000\r\n\r\n" + "b".repeat(15_000)),
          new Attack(POST + "Content-Length: 1000000000000\r\n\r\n", "b".repeat(1000)),
          new Attack(POST + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nc\r\n"),
          new Attack(
              POST + "Transfer-Encoding: chunked\r\n\r\n", "1;" + "e".repeat(8000) + "\r\nc\r\n"),
          new Attack(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "t:\r\n"),
          new Attack("", "GET /16k HTTP/1.1\r\nHost: a\r\n\r\n"));

  @Test
  void aThousandHostileConnectionsLeaveTheServerAlive() throws Exception {
    List<SocketChannel> attackers = new ArrayList<>();
    try {
      for (int i = 0; i < ATTACKERS; i++) {
        attackers.add(connect());
      }
      offerAll(attackers);
      System.out.println("after " + ATTACKERS + " hostile connections: " + server.use());
      try (RawClient client = new RawClient(server.port())) {
        assertEquals("alive", client.get("/").read().text());
      }
    } finally {
      for (SocketChannel attacker : attackers) {
        attacker.close();
      }
    }
    assertTrue(server.isAlive(), server::log);
    assertEquals("", server.log());
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    channel.configureBlocking(false);
    return channel;
  }

  /** Writes to each connection until the server takes no more, three times in a row. */
  private void offerAll(List<SocketChannel> channels) throws IOException {
    List<ByteBuffer> rests = new ArrayList<>();
    List<Integer> sent = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      rests.add(bytes(ATTACKS.get(i % ATTACKS.size()).begin()));
      sent.add(0);
    }
    int quiet = 0;
    while (quiet < 3) {
      boolean moved = false;
      for (int i = 0; i < channels.size(); i++) {
        int n = sent.get(i) < OFFERED ? offer(channels.get(i), rests, i) : 0;
        sent.set(i, sent.get(i) + n);
        moved |= n > 0;
      }
      quiet = moved ? 0 : quiet + 1;
      if (!moved) {
        server.use(); // collects garbage first, so the server has had time to read
      }
    }
  }

  private static int offer(SocketChannel channel, List<ByteBuffer> rests, int i) {
    try {
      int n = channel.write(rests.get(i));
      if (!rests.get(i).hasRemaining()) {
        String again = ATTACKS.get(i % ATTACKS.size()).again();
        rests.set(i, bytes(again.repeat(Math.max(1, 16_000 / again.length()))));
      }
      return n;
    } catch (IOException e) {
      return 0; // the server has had enough of it
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void aLargeUploadAndALargeDownloadStreamThroughASmallHeap() throws Exception {
    long upload = 500L << 20;
    long download = 1L << 30;
    try (RawClient client = new RawClient(server.port())) {
      client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: " + upload + "\r\n\r\n");
      byte[] piece = new byte[1 << 20];
      for (long left = upload; left > 0; left -= piece.length) {
        client.send(piece);
      }
      assertEquals("" + upload, client.read().text());
    }
    try (RawClient client = new RawClient(server.port())) {
      client.send("GET /zeros?" + download + " HTTP/1.0\r\nHost: a\r\n\r\n").readHead();
      assertEquals(download, readSlowly(client.socket().getInputStream()));
    }
    assertTrue(server.isAlive(), server::log);
  }

  /** Asks something else after each of the first hundred pieces: the server is always ahead. */
  private long readSlowly(InputStream in) throws IOException {
    byte[] piece = new byte[256 * 1024];
    long count = 0;
    int pieces = 0;
    try (RawClient other = new RawClient(server.port())) {
      for (int n; (n = in.read(piece)) >= 0; count += n) {
        if (pieces++ < 100) {
          assertEquals("alive", other.get("/").read().text());
        }
      }
    }
    return count;
  }
}
