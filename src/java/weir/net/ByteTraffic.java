package weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;

/** How the bytes of a connection pass between its channel and the stream that a program has of it. */
public final class ByteTraffic {

  private static final Logger LOG = LoggerFactory.getLogger(ByteTraffic.class);

  private ByteTraffic() {}

  /** Returns what a message is on the wire, null for nothing. */
  public static Object encode(Channel channel, Object message) throws IOException {
    ByteBuf bytes = Buffers.of(message);
    if (!bytes.isReadable()) {
      bytes.release();
      return null;
    }
    return bytes;
  }

  /** What follows would be taken for a part of what is missing: the connection cannot go on. */
  public static Object refuse(ChannelSink sink, Object message, Throwable cause) {
    LOG.error(
        "cannot send a {}; closing the connection to {}",
        message == null ? null : message.getClass().getName(),
        sink.channel().remoteAddress(),
        cause);
    sink.channel().close();
    return Deferred.FALSE;
  }

  /** Gives bytes that have come to the source: as they are if it is raw, else as an array. */
  public static void offer(ChannelSource source, ByteBuf bytes, boolean raw) {
    if (raw) {
      source.offer(bytes);
    } else {
      byte[] copy = ByteBufUtil.getBytes(bytes, bytes.readerIndex(), bytes.readableBytes(), true);
      bytes.release();
      source.offer(copy);
    }
  }

  /** The program has closed its stream: the channel goes behind what is still to be written. */
  public static void close(Channel channel, ChannelSource source, boolean raw) {
    if (raw && Boolean.TRUE.equals(source.stream().isClosed())) {
      channel.eventLoop().execute(source::releaseUnread);
    }
    ChannelSink.closeBehindWrites(channel);
  }
}
