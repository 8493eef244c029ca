package weir.http.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Refuses streams over the limit. The codec would refuse to know of them, and so take for a fault what a
 * client sends on them before it has heard of the limit: the body of its request.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-5.1.2">RFC 9113 §5.1.2</a>
 */
final class StreamLimit extends DecoratingHttp2ConnectionDecoder {

  private final Http2ConnectionEncoder encoder;
  private final Http2Connection.Endpoint<?> remote;
  private final int most;

  /**
   * @param most streams that the peer may have open at once
   */
  StreamLimit(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, int most) {
    super(decoder);
    this.encoder = encoder;
    this.remote = decoder.connection().remote();
    this.most = most;
    lift();
  }

  private void lift() {
    remote.maxActiveStreams(Integer.MAX_VALUE);
  }

  @Override
  public void frameListener(Http2FrameListener listener) {
    super.frameListener(new Limiting(listener));
  }

  private final class Limiting extends Http2FrameListenerDecorator {
    Limiting(Http2FrameListener listener) {
      super(listener);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
        throws Http2Exception {
      if (isAdmitted(ctx, id)) {
        super.onHeadersRead(ctx, id, headers, padding, end);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int id,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end)
        throws Http2Exception {
      if (isAdmitted(ctx, id)) {
        super.onHeadersRead(ctx, id, headers, dependency, weight, exclusive, padding, end);
      }
    }

    private boolean isAdmitted(ChannelHandlerContext ctx, int id) {
      if (remote.numActiveStreams() <= most || id != remote.lastStreamCreated()) {
        return true;
      }
      encoder.writeRstStream(ctx, id, Http2Error.REFUSED_STREAM.code(), ctx.newPromise());
      return false;
    }

    /** The codec has put its own limit in force. */
    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
      lift();
      super.onSettingsAckRead(ctx);
    }
  }
}
