package weir.http.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.List;

/**
 * Judges fields and data that come on a stream whose peer has ended it, or that is closed. Where we have
 * reset the stream the peer may not have known, and they are dropped: to answer each with another
 * RST_STREAM would look like a flood. Else the peer breaks the protocol.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-5.1">RFC 9113 §5.1</a>
 */
final class LateFrames extends DecoratingHttp2ConnectionDecoder {

  /** Streams of which it is known how they ended; of older ones, whatever comes is dropped. */
  private static final int REMEMBERED = 256;

  /** Gaps between identifiers, which few peers ever leave. */
  private static final int REMEMBERED_GAPS = 16;

  private final Http2Connection connection;

  private int[] reset = {};
  private int resets;
  private int forgotten; // the highest identifier that has left the ring
  private int[] gaps = {}; // first and last of each
  private int gapsSeen;
  private int newest;

  LateFrames(Http2ConnectionDecoder decoder) {
    super(decoder);
    connection = decoder.connection();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamAdded(Http2Stream stream) {
            added(stream.id());
          }

          @Override
          public void onStreamClosed(Http2Stream stream) {
            if (stream.isResetSent()) {
              remember(stream.id());
            }
          }
        });
  }

  @Override
  public void decodeFrame(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Http2Exception {
    try {
      super.decodeFrame(ctx, in, out);
    } catch (Http2Exception.StreamException e) {
      judge(e);
    }
  }

  private void judge(Http2Exception.StreamException e) throws Http2Exception {
    int id = e.streamId();
    Http2Stream stream = connection.stream(id);
    if (stream != null) {
      throw stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && isSecondEnd(e)
          ? Http2Exception.streamError(id, Http2Error.STREAM_CLOSED, e, e.getMessage())
          : e;
    }
    if (e.error() != Http2Error.STREAM_CLOSED) {
      throw e;
    }
    if (isSkipped(id)) {
      throw Http2Exception.connectionError(
          Http2Error.PROTOCOL_ERROR, e, "stream %d is behind the newest, %d", id, newest);
    }
    if (!isReset(id)) {
      throw Http2Exception.connectionError(Http2Error.STREAM_CLOSED, e, e.getMessage());
    }
  }

  /** The codec takes fields behind the last ones for malformed; only its words tell which it means. */
  private static boolean isSecondEnd(Http2Exception e) {
    return e.error() == Http2Error.PROTOCOL_ERROR && e.getMessage().contains("too many headers");
  }

  private void added(int id) {
    if (!connection.remote().isValidStreamId(id)) {
      return;
    }
    int expected = newest == 0 ? id & 1 : newest + 2;
    if (id > expected && expected > 0) {
      if (gaps.length == 0) {
        gaps = new int[2 * REMEMBERED_GAPS];
      }
      int at = 2 * (gapsSeen++ % REMEMBERED_GAPS);
      gaps[at] = expected;
      gaps[at + 1] = id - 2;
    }
    newest = Math.max(newest, id);
  }

  private boolean isSkipped(int id) {
    for (int i = 0; i < gaps.length; i += 2) {
      if (gaps[i] <= id && id <= gaps[i + 1]) {
        return true;
      }
    }
    return false;
  }

  private void remember(int id) {
    if (reset.length == 0) {
      reset = new int[REMEMBERED];
    }
    int at = resets++ % REMEMBERED;
    forgotten = Math.max(forgotten, reset[at]);
    reset[at] = id;
  }

  private boolean isReset(int id) {
    if (id <= forgotten) {
      return true;
    }
    for (int other : reset) {
      if (other == id) {
        return true;
      }
    }
    return false;
  }
}
