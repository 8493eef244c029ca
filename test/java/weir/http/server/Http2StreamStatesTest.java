package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.http2.Http2Config;
import weir.testing.FrameClient;

/**
 * Frames on streams that have ended (RFC 9113 §5.1): what a client could not know is forgiven, and what
 * it must know is not.
 */
class Http2StreamStatesTest {

  private static final int LIMIT = 2;

  private HttpServer server;
  private FrameClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(
                h ->
                    h.versions("h2", "http/1.1")
                        .cleartext(true)
                        .limits(Http2Config.builder().maxConcurrentStreams(LIMIT).build()))
            .handler(
                r ->
                    r.path().equals("/read")
                        ? Reply.text("" + ((InputStream) r.body()).readAllBytes().length)
                        : Reply.text(r.path()))
            .start();
    client = new FrameClient(server.port());
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.shutdown(Duration.ZERO).await();
  }

  private static byte[] data(int stream, boolean end) {
    return FrameClient.encode(FrameClient.DATA, end ? 1 : 0, stream, new byte[100]);
  }

  private static byte[] get(int stream) {
    byte[] fields =
        FrameClient.section(
            ":method", "GET", ":scheme", "http", ":authority", "test", ":path", "/");
    return FrameClient.encode(FrameClient.HEADERS, 5, stream, fields);
  }

  @Test
  void dataBehindAResetIsDroppedHoweverMuchItIs() throws Exception {
    client.request(1, false, "POST", "/unread");
    assertEquals(FrameClient.NO_ERROR, client.awaitReset(1));
    ByteArrayOutputStream late = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      late.writeBytes(data(1, i == 999));
    }
    client.send(late.toByteArray());
    assertEquals("/next", client.get(3, "/next").response(3).text());
    assertEquals(1, client.soFar(1).resets);
  }

  @Test
  void bodiesOfRefusedRequestsAreDropped() throws Exception {
    client.request(1, false, "POST", "/read").request(3, false, "POST", "/read");
    for (int stream = 5; stream < 105; stream += 2) {
      client.request(stream, false, "POST", "/read");
      client.send(data(stream, false)).send(data(stream, true));
    }
    for (int stream = 5; stream < 105; stream += 2) {
      assertEquals(FrameClient.REFUSED_STREAM, client.awaitReset(stream));
    }
    client.send(data(1, true)).send(data(3, true));
    assertEquals("100", client.response(1).text());
    assertEquals("100", client.response(3).text());
    assertEquals("/next", client.get(105, "/next").response(105).text());
  }

  @Test
  void fieldsBehindTheEndOfARequestAreAStreamError() throws Exception {
    client.send(concat(get(1), get(1)));
    assertEquals(FrameClient.STREAM_CLOSED, client.awaitReset(1));
    assertEquals("/next", client.get(3, "/next").response(3).text());
  }

  @Test
  void fieldsOnAStreamThatHasEndedAreAConnectionError() throws Exception {
    client.send(get(1)).response(1);
    client.send(get(1));
    assertEquals(FrameClient.STREAM_CLOSED, client.goAway());
  }

  @Test
  void aStreamBehindTheNewestIsAConnectionError() throws Exception {
    client.send(get(5)).response(5);
    client.send(get(3));
    assertEquals(FrameClient.PROTOCOL_ERROR, client.goAway());
  }

  private static byte[] concat(byte[] a, byte[] b) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(a);
    both.writeBytes(b);
    return both.toByteArray();
  }
}
