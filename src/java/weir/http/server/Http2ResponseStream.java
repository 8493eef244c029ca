package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import weir.http.HeaderFields;
import weir.http.http2.FieldSection;

/** The body of one HTTP/2 response on its way out. */
final class Http2ResponseStream extends OutgoingBody {

  private final Http2Stream stream;
  private ChannelFuture last; // of what was written

  Http2ResponseStream(Http2Stream stream, Exchange exchange) {
    super(exchange, stream.ctx());
    this.stream = stream;
  }

  @Override
  public boolean isWritable() {
    return stream.isWritable();
  }

  @Override
  ChannelFuture send(ByteBuf piece) {
    last = stream.writeData(piece, false);
    stream.flushSoon();
    return last;
  }

  @Override
  ChannelFuture send(FileRegion piece) {
    piece.release();
    throw new UnsupportedOperationException("a region of a file can't be written here");
  }

  @Override
  Object trailers() {
    return exchange().trailers;
  }

  @Override
  void finish(HeaderFields trailers) {
    Object last =
        trailers == null || trailers.size() == 0
            ? new DefaultHttp2DataFrame(true)
            : new DefaultHttp2HeadersFrame(FieldSection.trailers(trailers), true);
    stream.done(stream.write(last));
    stream.flushSoon();
  }

  @Override
  void cut() {
    stream.reset(Http2Error.INTERNAL_ERROR, last);
  }

  @Override
  String howItIsCut() {
    return "the stream is reset";
  }
}
