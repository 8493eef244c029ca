package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Looks at the first bytes of a connection that may begin with the PROXY protocol. If they are none of
 * it, the handlers are removed that would read it; in any case this one is.
 */
final class ProxyHeaderDetector extends ByteToMessageDecoder {

  private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BINARY = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  private final String[] readers;

  /**
   * @param readers names of the handlers that read the header
   */
  ProxyHeaderDetector(String... readers) {
    this.readers = readers;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    boolean text = begins(in, TEXT);
    boolean binary = begins(in, BINARY);
    ChannelPipeline pipeline = ctx.pipeline();
    if (!text && !binary) {
      for (String name : readers) {
        pipeline.remove(name);
      }
      pipeline.remove(this);
    } else if (in.readableBytes() >= (text ? TEXT : BINARY).length) {
      pipeline.remove(this); // passes on what it has
    }
  }

  /** Returns whether the bytes begin like that, as far as they have come. */
  private static boolean begins(ByteBuf in, byte[] signature) {
    int n = Math.min(in.readableBytes(), signature.length);
    for (int i = 0; i < n; i++) {
      if (in.getByte(in.readerIndex() + i) != signature[i]) {
        return false;
      }
    }
    return true;
  }
}
