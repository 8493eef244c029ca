package weir.http.coding;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import weir.http.body.BodySink;
import weir.http.body.StreamingBody;
import weir.net.LoopTasks;

/** A streaming body that is encoded on its way out: every piece is sent at once, as it would be plain. */
final class CodedBody implements StreamingBody {

  private final StreamingBody plain;
  private final Compression compression;
  private final String coding;
  private final long announced;
  private Sink sink; // only for the event loop

  CodedBody(StreamingBody plain, Compression compression, String coding, long announced) {
    this.plain = plain;
    this.compression = compression;
    this.coding = coding;
    this.announced = announced;
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public void start(BodySink target) {
    sink = new Sink(target);
    plain.start(sink);
  }

  @Override
  public void discard() {
    plain.discard();
    if (sink != null && !LoopTasks.run(sink.eventLoop(), sink::over)) {
      sink.over(); // nobody else calls it any more
    }
  }

  private final class Sink implements BodySink {
    private final BodySink target;
    private final Encoder encoder = compression.encoder(coding);
    private long remaining = announced;
    private boolean over;

    Sink(BodySink target) {
      this.target = target;
    }

    void over() {
      if (!over) {
        over = true;
        encoder.release();
      }
    }

    @Override
    public EventLoop eventLoop() {
      return target.eventLoop();
    }

    @Override
    public boolean isWritable() {
      return target.isWritable();
    }

    @Override
    public ChannelFuture write(ByteBuf piece) {
      int n = piece.readableBytes();
      if (over) {
        return refuse(piece);
      }
      if (remaining >= 0 && n > remaining) {
        abort(wrongLength("longer"));
        return refuse(piece);
      }
      remaining -= remaining >= 0 ? n : 0;
      return target.write(encoder.encode(piece));
    }

    /** The target knows that it is over, and says so. */
    private ChannelFuture refuse(ByteBuf piece) {
      piece.release();
      return target.write(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void end() {
      if (over) {
        return;
      }
      if (remaining > 0) {
        abort(wrongLength("shorter"));
        return;
      }
      over = true;
      ByteBuf rest;
      try {
        rest = encoder.finish();
      } finally {
        encoder.release();
      }
      target.write(rest);
      target.end();
    }

    @Override
    public void abort(Throwable cause) {
      over();
      target.abort(cause);
    }

    private IllegalStateException wrongLength(String how) {
      return new IllegalStateException(
          "the response body is "
              + how
              + " than its Content-Length of "
              + announced
              + " (leave the header out)");
    }
  }
}
