package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FileRegion;
import java.nio.charset.StandardCharsets;
import weir.http.HeaderFields;
import weir.http.body.Chunks;

/** The body of one HTTP/1 response on its way out: chunked, of a known length, or ended by closing. */
final class ResponseStream extends OutgoingBody {

  private static final byte[] NOTHING = {};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private final Http1Connection connection;
  private final Http1Output output;
  private final boolean chunked;

  ResponseStream(Http1Connection connection, Exchange exchange) {
    super(exchange, connection.output().wire());
    this.connection = connection;
    this.output = connection.output();
    this.chunked = exchange.contentLength < 0 && !exchange.isHttp10();
  }

  @Override
  public boolean isWritable() {
    return ctx().channel().isWritable();
  }

  @Override
  public boolean canSendFile() {
    return !chunked && !connection.isSecure();
  }

  @Override
  ChannelFuture send(ByteBuf piece) {
    output.passGathered();
    return chunked ? Chunks.write(ctx(), piece) : ctx().writeAndFlush(piece);
  }

  @Override
  ChannelFuture send(FileRegion piece) {
    output.passGathered();
    return ctx().writeAndFlush(piece);
  }

  @Override
  Object trailers() {
    return chunked ? exchange().trailers : null;
  }

  @Override
  void finish(HeaderFields trailers) {
    byte[] end = NOTHING;
    if (chunked) {
      end = trailers == null ? LAST_CHUNK : Http1Responses.lastChunk(trailers);
    }
    output.gather(end, end.length, 0);
    connection.responses().streamed(exchange());
  }

  @Override
  void cut() {
    connection.abort(chunked || exchange().contentLength >= 0);
  }

  @Override
  String howItIsCut() {
    return "the connection is closed";
  }
}
