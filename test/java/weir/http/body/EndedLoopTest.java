package weir.http.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.stream.Stream;
import weir.testing.CapturedLog;

/**
 * A server closes while a body is still being made: who makes it learns of it later than the event
 * loop, which is no fault of anybody's. It was logged as an error: "event executor terminated".
 */
@Timeout(60)
class EndedLoopTest {

  private static final String REJECTED = "event executor terminated";

  private final EventLoop loop = new DefaultEventLoop();
  private final Sink sink = new Sink();

  @AfterEach
  void nobodyIsLeft() throws Exception {
    endTheLoop();
  }

  private void endTheLoop() throws Exception {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(20, TimeUnit.SECONDS);
  }

  @Test
  void aStreamThatGoesOnIsClosed() throws Exception {
    Stream<Object> stream = Stream.<Object>builder().executor(null).build();
    SourceBody body = new SourceBody(stream);
    loop.submit(() -> body.start(sink)).get(20, TimeUnit.SECONDS);
    endTheLoop();
    ByteBuf late = Unpooled.copiedBuffer(new byte[] {1});
    try (CapturedLog log = new CapturedLog()) {
      stream.put(late);
      assertEquals(List.of(), log.lines(REJECTED));
    }
    assertEquals(0, late.refCnt());
    assertTrue(stream.isClosed());
  }

  @Test
  void aStreamThatFailsIsLeftInPeace() throws Exception {
    Stream<Object> stream = Stream.<Object>builder().executor(null).build();
    SourceBody body = new SourceBody(stream);
    loop.submit(() -> body.start(sink)).get(20, TimeUnit.SECONDS);
    endTheLoop();
    try (CapturedLog log = new CapturedLog()) {
      stream.fail(new IOException("no more"));
      assertEquals(List.of(), log.lines(REJECTED));
    }
    assertFalse(sink.ended);
  }

  @Test
  void anInputStreamIsClosed() throws Exception {
    Input input = new Input();
    BlockingBody body = new BlockingBody(new BlockingBody.StreamPieces(input), Runnable::run);
    endTheLoop();
    body.start(sink); // threw in the thread that read
    assertTrue(input.closed);
  }

  @Test
  void theReaderOfARequestGoesOn() throws Exception {
    StreamedBody body = new StreamedBody(new Owner(), 1, true);
    ByteBuf piece = Unpooled.copiedBuffer(new byte[] {1});
    loop.submit(() -> body.content(piece)).get(20, TimeUnit.SECONDS);
    endTheLoop();
    try (CapturedLog log = new CapturedLog()) {
      assertEquals(piece, body.stream().take().await(20, TimeUnit.SECONDS));
      assertEquals(List.of(), log.lines(REJECTED));
    }
    piece.release();
  }

  private static final class Input extends InputStream {
    private boolean closed;

    @Override
    public int read() {
      return 1;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class Owner implements StreamedBody.Owner {
    private final ReadGate gate = new ReadGate(new EmbeddedChannel());

    @Override
    public EventLoop eventLoop() {
      return loop;
    }

    @Override
    public ReadGate gate() {
      return gate;
    }

    @Override
    public void unwanted(int bytes) {
      throw new AssertionError("nobody has closed the body");
    }
  }

  private final class Sink implements BodySink {
    private boolean ended;

    @Override
    public EventLoop eventLoop() {
      return loop;
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public ChannelFuture write(ByteBuf piece) {
      throw new AssertionError("nothing can be written");
    }

    @Override
    public void end() {
      ended = true;
    }

    @Override
    public void abort(Throwable cause) {
      ended = true;
    }
  }
}
