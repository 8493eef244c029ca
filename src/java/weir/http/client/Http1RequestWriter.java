package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FileRegion;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import weir.http.HeaderCase;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.Url;
import weir.http.body.Chunks;

/** Writes one request in HTTP/1.1 (RFC 9112). */
final class Http1RequestWriter extends RequestWriter {

  /** A body up to this size goes out behind its head, in the same buffer. */
  private static final int MAX_COPIED = 16 * 1024;

  private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
  private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] LOWER_CONTENT_LENGTH = ascii("content-length: ");
  private static final byte[] LOWER_CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] LOWER_CLOSE = ascii("connection: close\r\n");
  private static final byte[] PROXY = ascii("Proxy-Connection: Keep-Alive\r\n");
  private static final byte[] LOWER_PROXY = ascii("proxy-connection: keep-alive\r\n");
  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
  private static final short CRLF = (short) ('\r' << 8 | '\n');

  private final Http1ClientConnection connection;
  private final ChannelHandlerContext ctx;

  Http1RequestWriter(Http1ClientConnection connection, HttpRequest request) {
    super(connection, connection.ctx(), connection.config(), request);
    this.connection = connection;
    this.ctx = connection.ctx();
  }

  @Override
  void writeHead(RequestFields fields) {
    ctx.writeAndFlush(head(fields, null), ctx.voidPromise());
  }

  @Override
  void writeAll(RequestFields fields, Object bytes) {
    ByteBuf head = head(fields, bytes);
    if (bytes instanceof byte[] array && array.length <= MAX_COPIED) {
      ctx.writeAndFlush(head.writeBytes(array), ctx.voidPromise());
      return;
    }
    ctx.write(head, ctx.voidPromise());
    ctx.writeAndFlush(asBuffer(bytes), ctx.voidPromise());
  }

  @Override
  ChannelFuture writeContent(ByteBuf content) {
    return ctx.writeAndFlush(content);
  }

  @Override
  ChannelFuture writePiece(ByteBuf piece) {
    return remaining() == OPEN_END ? Chunks.write(ctx, piece) : ctx.writeAndFlush(piece);
  }

  @Override
  void writeEnd() {
    if (remaining() == OPEN_END) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(LAST_CHUNK), ctx.voidPromise());
    }
  }

  /** RFC 9112 §7.1.2. */
  @Override
  void writeTrailers(HeaderFields trailers) {
    ByteBuf end = ctx.alloc().directBuffer(16 + 64 * trailers.size());
    end.writeByte('0').writeShort(CRLF);
    fields(end, trailers);
    ctx.writeAndFlush(end.writeShort(CRLF), ctx.voidPromise());
  }

  @Override
  public ChannelFuture write(FileRegion region) {
    if (isCancelled()) {
      region.release();
      return ctx.newFailedFuture(new ClosedChannelException());
    }
    written(region.count());
    return ctx.writeAndFlush(region);
  }

  @Override
  public boolean canSendFile() {
    return remaining() != OPEN_END && !connection.isSecure() && !isMetered();
  }

  // ---- the head

  private ByteBuf head(RequestFields fields, Object bytes) {
    Url url = request().url();
    int room = bytes instanceof byte[] array && array.length <= MAX_COPIED ? array.length : 0;
    ByteBuf head = ctx.alloc().directBuffer(256 + 64 * fields.all.size() + room);
    try {
      ascii(head, request().method());
      head.writeByte(' ');
      if (connection.isForwarded()) {
        ascii(head, "http://" + url.authority()); // RFC 9112 §3.2.2
      }
      ascii(head, url.path());
      if (url.query() != null) {
        head.writeByte('?');
        ascii(head, url.query());
      }
      head.writeBytes(VERSION);
      if (!fields.hasHost) {
        head.writeBytes(connection.hostLine());
      }
      fields(head, fields.all);
      if (connection.isForwarded() && connection.keepsProxyAlive() && !fields.closes) {
        head.writeBytes(lower() ? LOWER_PROXY : PROXY);
      }
      if (!connection.config().keepAlive() && !fields.closes) {
        head.writeBytes(lower() ? LOWER_CLOSE : CLOSE);
      }
      framing(head);
      head.writeShort(CRLF);
      return head;
    } catch (Throwable t) {
      head.release();
      throw t;
    }
  }

  private boolean lower() {
    return connection.config().headerCase() == HeaderCase.LOWER;
  }

  private void fields(ByteBuf head, HeaderFields all) {
    HeaderCase spelling = connection.config().headerCase();
    for (int i = 0; i < all.size(); i++) {
      HeaderName name = all.name(i);
      if (name.role() != HeaderName.Role.CONTENT_LENGTH
          && name.role() != HeaderName.Role.TRANSFER_ENCODING) {
        head.writeBytes(name.line(spelling));
        ascii(head, all.value(i));
        head.writeShort(CRLF);
      }
    }
  }

  private void framing(ByteBuf head) {
    if (remaining() == OPEN_END) {
      head.writeBytes(lower() ? LOWER_CHUNKED : CHUNKED);
    } else if (remaining() > 0 || isStreamed() || sendsContent(request().method())) {
      head.writeBytes(lower() ? LOWER_CONTENT_LENGTH : CONTENT_LENGTH);
      ascii(head, Long.toString(remaining()));
      head.writeShort(CRLF);
    }
  }

  private static void ascii(ByteBuf out, String s) {
    out.writeCharSequence(s, StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }
}
