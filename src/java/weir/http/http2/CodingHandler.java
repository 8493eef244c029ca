package weir.http.http2;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.util.ArrayList;
import java.util.List;
import weir.http.coding.Acceptance;
import weir.http.coding.Compression;

/**
 * Chooses the content coding of a response in the pipeline of a stream, for a codec that encodes bodies
 * as their field says. The server does not need it: it encodes bodies itself.
 */
public final class CodingHandler extends ChannelDuplexHandler {

  private final Compression compression;
  private String coding;

  /** Creates a handler for one stream. */
  public CodingHandler(Compression compression) {
    this.compression = compression;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof Http2HeadersFrame frame && frame.headers().method() != null) {
      coding = chosen(frame.headers());
    }
    ctx.fireChannelRead(msg);
  }

  private String chosen(Http2Headers request) {
    String method = request.method().toString();
    if (method.equals("HEAD") || method.equals("CONNECT")) {
      return null;
    }
    List<String> accepted = new ArrayList<>();
    request.getAll(HttpHeaderNames.ACCEPT_ENCODING).forEach(v -> accepted.add(v.toString()));
    return accepted.isEmpty() ? null : compression.choose(Acceptance.of(accepted));
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    boolean encoded = msg instanceof Http2HeadersFrame frame && coding != null && isEncoded(frame);
    ctx.write(encoded ? withCoding((Http2HeadersFrame) msg) : msg, promise);
  }

  private static boolean isEncoded(Http2HeadersFrame frame) {
    CharSequence status = frame.headers().status();
    return status != null
        && !frame.isEndStream()
        && status.charAt(0) != '1'
        && !status.toString().equals("204")
        && !status.toString().equals("304")
        && !frame.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
  }

  private Http2HeadersFrame withCoding(Http2HeadersFrame frame) {
    Http2Headers fields = new DefaultHttp2Headers(false).setAll(frame.headers());
    fields.set(HttpHeaderNames.CONTENT_ENCODING, coding);
    fields.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    fields.remove(HttpHeaderNames.CONTENT_LENGTH);
    return new DefaultHttp2HeadersFrame(fields, false).stream(frame.stream());
  }
}
