package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Exception;
import weir.http.HeaderFields;
import weir.http.HttpRequest;
import weir.http.body.Bodies;
import weir.http.http2.FieldSection;

/** Writes one request on its stream (RFC 9113 §8.1). */
final class Http2RequestWriter extends RequestWriter {

  private final Http2ClientStream stream;
  private final ChannelHandlerContext ctx;
  private final Http2Heads heads;
  private boolean open = true; // END_STREAM was not sent

  Http2RequestWriter(
      Http2ClientStream stream,
      Http2Heads heads,
      ChannelHandlerContext ctx,
      ClientConfig config,
      HttpRequest request) {
    super(stream, ctx, config, request);
    this.stream = stream;
    this.ctx = ctx;
    this.heads = heads;
  }

  @Override
  void writeHead(RequestFields fields) {
    ctx.writeAndFlush(head(fields, false)).addListener(stream::headWritten);
  }

  @Override
  void writeAll(RequestFields fields, Object bytes) {
    boolean empty = Bodies.length(bytes) == 0;
    DefaultHttp2HeadersFrame head = head(fields, empty);
    ByteBuf content = asBuffer(bytes);
    if (empty) {
      content.release();
      open = false;
      ctx.writeAndFlush(head).addListener(stream::headWritten);
    } else {
      ctx.write(head).addListener(stream::headWritten);
      writeContent(content);
    }
  }

  private DefaultHttp2HeadersFrame head(RequestFields fields, boolean end) {
    return new DefaultHttp2HeadersFrame(heads.of(request(), fields.all, remaining()), end);
  }

  @Override
  ChannelFuture writeContent(ByteBuf content) {
    open = false;
    return ctx.writeAndFlush(new DefaultHttp2DataFrame(content, true));
  }

  @Override
  ChannelFuture writePiece(ByteBuf piece) {
    open = remaining() != 0; // the last piece of a known length ends the stream
    return ctx.writeAndFlush(new DefaultHttp2DataFrame(piece, !open));
  }

  @Override
  void writeEnd() {
    if (open) {
      open = false;
      ctx.writeAndFlush(new DefaultHttp2DataFrame(true));
    }
  }

  @Override
  void writeTrailers(HeaderFields trailers) {
    open = false;
    ctx.writeAndFlush(new DefaultHttp2HeadersFrame(FieldSection.trailers(trailers), true));
  }

  /** What the peer does to the stream is no fault of the body. */
  @Override
  public void abort(Throwable cause) {
    if (!(cause instanceof Http2Exception)) {
      super.abort(cause);
    }
  }
}
