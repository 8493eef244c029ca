package weir.http.coding;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.BrotliEncoder;
import io.netty.handler.codec.compression.BrotliOptions;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.compression.DeflateOptions;
import io.netty.handler.codec.compression.GzipOptions;
import io.netty.handler.codec.compression.SnappyFrameEncoder;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.compression.ZlibWrapper;
import io.netty.handler.codec.compression.ZstdEncoder;
import io.netty.handler.codec.compression.ZstdOptions;
import java.util.ArrayList;
import java.util.List;
import weir.http.body.PieceCoder;

/**
 * Encodes one body, piece by piece. What is returned for a piece holds all of that piece, so that the
 * reader need not wait for the next. Holds memory outside the heap until it is finished or released;
 * for one thread at a time.
 */
public final class Encoder implements PieceCoder {

  private final EmbeddedChannel channel;

  Encoder(CompressionOptions options) {
    channel = new EmbeddedChannel(handler(options));
  }

  private static ChannelHandler handler(CompressionOptions options) {
    if (options instanceof DeflateOptions o) {
      return ZlibCodecFactory.newZlibEncoder(
          options instanceof GzipOptions ? ZlibWrapper.GZIP : ZlibWrapper.ZLIB,
          o.compressionLevel(),
          o.windowBits(),
          o.memLevel());
    }
    if (options instanceof BrotliOptions o) {
      return new BrotliEncoder(o);
    }
    if (options instanceof ZstdOptions o) {
      return new ZstdEncoder(o.compressionLevel(), o.blockSize(), o.maxEncodeSize());
    }
    return new SnappyFrameEncoder();
  }

  @Override
  public ByteBuf encode(ByteBuf piece) {
    channel.writeOutbound(piece);
    return written();
  }

  @Override
  public ByteBuf finish() {
    channel.finish();
    return written();
  }

  @Override
  public void release() {
    channel.finishAndReleaseAll();
  }

  private ByteBuf written() {
    List<ByteBuf> all = new ArrayList<>(2);
    for (ByteBuf b; (b = channel.readOutbound()) != null; ) {
      all.add(b);
    }
    return all.size() == 1 ? all.get(0) : Unpooled.wrappedBuffer(all.toArray(ByteBuf[]::new));
  }
}
