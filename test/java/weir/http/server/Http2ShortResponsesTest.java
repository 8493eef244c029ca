package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.http2.Http2Config;
import weir.testing.FrameClient;
import weir.testing.FrameClient.Frame;

/** Responses that are written as a whole, and when they are not. */
class Http2ShortResponsesTest {

  private static final int WINDOW = 65_535;
  private static final int INITIAL_WINDOW_SIZE = 4;

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  /** Returns a client of a server whose responses have as many bytes as their paths say. */
  private FrameClient serve(UnaryOperator<HttpServer.Builder> options) throws IOException {
    HttpServer.Builder builder =
        HttpServer.builder()
            .port(0)
            .eventLoopThreads(1)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(r -> Reply.of(200).body(new byte[Integer.parseInt(r.path().substring(1))]));
    server = options.apply(builder).start();
    return new FrameClient(server.port());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 4097, 16_384, 16_385, 40_000})
  void bodiesOfAllSizesComeWhole(int size) throws Exception {
    try (FrameClient client = serve(b -> b)) {
      for (int stream = 1; stream <= 15; stream += 2) {
        client.get(stream, "/" + size);
        assertEquals(size, client.response(stream).body.size());
        assertEquals(String.valueOf(size), client.soFar(stream).head().get("content-length"));
        client.window(0, size);
      }
    }
  }

  @Test
  void theyTakeTheWindowOfTheConnectionAndWaitWhenItIsShut() throws Exception {
    try (FrameClient client = serve(b -> b)) {
      int streams = 80;
      for (int i = 0; i < streams; i++) {
        client.get(2 * i + 1, "/1000");
      }
      for (int i = 0; i < streams; i++) {
        client.awaitHead(2 * i + 1);
      }
      client.frame(FrameClient.PING, 0, 0, new byte[8]);
      client.await(FrameClient.PING);
      int came = 0;
      for (int i = 0; i < streams; i++) {
        came += client.soFar(2 * i + 1).body.size();
      }
      assertEquals(WINDOW, came);
      client.window(0, WINDOW);
      for (int i = 0; i < streams; i++) {
        assertEquals(1000, client.response(2 * i + 1).body.size());
      }
    }
  }

  @Test
  void theyWaitForTheWindowOfTheStream() throws Exception {
    try (FrameClient client = serve(b -> b)) {
      client.frame(
          FrameClient.SETTINGS,
          0,
          0,
          ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(5).array());
      client.get(1, "/13").awaitHead(1);
      client.frame(FrameClient.PING, 0, 0, new byte[8]);
      client.await(FrameClient.PING);
      assertEquals(5, client.soFar(1).body.size());
      assertFalse(client.soFar(1).ended);
      assertEquals(5, client.get(3, "/5").response(3).body.size());
      client.window(1, 8);
      assertEquals(13, client.response(1).body.size());
    }
  }

  @Test
  void streamsThatWereAnsweredMakeRoomForOthers() throws Exception {
    try (FrameClient client =
        serve(
            b ->
                b.http2(
                    h ->
                        h.versions("h2")
                            .cleartext(true)
                            .limits(Http2Config.builder().maxConcurrentStreams(2).build())))) {
      for (int stream = 1; stream < 401; stream += 4) {
        client.get(stream, "/3").get(stream + 2, "/3");
        assertEquals(200, client.response(stream).status());
        assertEquals(200, client.response(stream + 2).status());
      }
    }
  }

  @Test
  void fieldsThatDoNotFitIntoAFrameAreContinued() throws Exception {
    String value = "x".repeat(20_000);
    try (FrameClient client =
        serve(
            b ->
                b.handler(
                    r -> Reply.of(200).header("x-a", value).header("x-b", value).body("ok")))) {
      DataInputStream in = new DataInputStream(client.get(1, "/").socket().getInputStream());
      ByteArrayOutputStream section = new ByteArrayOutputStream();
      int frames = 0;
      boolean more = true;
      while (more) {
        Frame frame = frame(in);
        boolean head = frame.type() == FrameClient.HEADERS;
        if (head || frame.type() == FrameClient.CONTINUATION) {
          assertEquals(head, frames++ == 0);
          assertTrue(frame.payload().length <= 16_384);
          section.writeBytes(frame.payload());
          more = (frame.flags() & FrameClient.END_HEADERS) == 0;
        }
      }
      assertTrue(frames > 1);
      var fields =
          new DefaultHttp2HeadersDecoder(true, 1 << 20)
              .decodeHeaders(1, Unpooled.wrappedBuffer(section.toByteArray()));
      assertEquals(value, fields.get("x-a").toString());
      assertEquals(value, fields.get("x-b").toString());
      assertEquals("ok", new String(frame(in).payload()));
    }
  }

  private static Frame frame(DataInputStream in) throws IOException {
    int lengthAndType = in.readInt();
    Frame frame =
        new Frame(lengthAndType & 0xff, in.read(), in.readInt(), new byte[lengthAndType >>> 8]);
    in.readFully(frame.payload());
    return frame;
  }

  @Test
  void aHandlerInThePipelineOfTheStreamSeesThem() throws Exception {
    AtomicInteger heads = new AtomicInteger();
    try (FrameClient client =
        serve(
            b ->
                b.http2(
                    h ->
                        h.versions("h2")
                            .cleartext(true)
                            .streamPipeline(
                                p ->
                                    p.addBefore(
                                        "handler",
                                        "counting",
                                        new ChannelDuplexHandler() {
                                          @Override
                                          public void write(
                                              ChannelHandlerContext ctx,
                                              Object msg,
                                              ChannelPromise promise) {
                                            if (msg instanceof Http2HeadersFrame) {
                                              heads.incrementAndGet();
                                            }
                                            ctx.write(msg, promise);
                                          }
                                        }))))) {
      assertEquals(200, client.get(1, "/3").response(1).status());
      assertEquals(1, heads.get());
    }
  }
}
