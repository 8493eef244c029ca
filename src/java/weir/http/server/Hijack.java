package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HeaderName.Role;
import weir.http.ResponseHead;
import weir.net.ByteTraffic;
import weir.net.ChannelFacts;
import weir.net.ChannelSink;
import weir.net.ChannelSource;
import weir.stream.SplicedStream;
import weir.stream.Streams;

/**
 * Gives a connection to the handler, as a stream of the bytes that come and go: after CONNECT, or
 * after a change to a protocol that this server does not know.
 */
final class Hijack extends ChannelInboundHandlerAdapter implements Takeover {

  private static final Logger LOG = LoggerFactory.getLogger("weir.http.server");

  private final Deferred<SplicedStream> result;
  private final boolean raw;
  private ChannelSource source;
  private ChannelSink sink;

  private Hijack(Deferred<SplicedStream> result, boolean raw) {
    this.result = result;
    this.raw = raw;
  }

  /**
   * Answers a request and takes its connection.
   *
   * @param headers of the response, or null; a change of protocol needs none
   * @param raw whether the stream has buffers, which its reader releases, instead of byte arrays
   * @param executor calls what waits for the stream
   * @throws IllegalArgumentException if the request asks for no other protocol
   * @throws IllegalStateException if somebody else has claimed the request
   */
  static Deferred<SplicedStream> of(
      Upgradable exchange, Map<?, ?> headers, boolean raw, Executor executor) {
    ResponseHead head = head(exchange, headers);
    if (!exchange.claim()) {
      throw new IllegalStateException(
          "the request is answered, upgraded or hijacked already (expected: one of these, once)");
    }
    Deferred<SplicedStream> result = Deferred.create(executor);
    exchange.takeOver(head, new Hijack(result, raw));
    return result;
  }

  private static ResponseHead head(Upgradable exchange, Map<?, ?> headers) {
    HeaderFields fields = new HeaderFields();
    String upgrade = exchange.headers().get(HttpHeaderNames.UPGRADE);
    int status = 200;
    if (exchange.method() != HttpMethod.CONNECT) {
      if (upgrade == null || !exchange.protocol().equals("HTTP/1.1")) {
        throw new IllegalArgumentException(
            "cannot hijack "
                + exchange
                + " (expected: CONNECT, or HTTP/1.1 with an Upgrade header)");
      }
      status = 101;
      fields.add(HeaderName.of("connection"), "Upgrade");
      if (headers == null || !names(headers, "upgrade")) {
        fields.add(HeaderName.of("upgrade"), upgrade.split(",")[0].trim());
      }
    }
    ResponseHead.addAll(fields, headers, Hijack::isWanted);
    return ResponseHead.of(status, fields);
  }

  private static boolean names(Map<?, ?> headers, String wanted) {
    return headers.keySet().stream()
        .anyMatch(name -> HeaderName.of(name).name().equalsIgnoreCase(wanted));
  }

  /** RFC 9110 §9.3.6: no framing, because there is no body. */
  private static boolean isWanted(HeaderName name) {
    Role role = name.role();
    return role != Role.CONTENT_LENGTH && role != Role.TRANSFER_ENCODING && role != Role.CONNECTION;
  }

  // ---- Takeover

  @Override
  public void taken(Channel channel) {
    source = new ChannelSource(channel, null);
    sink =
        new ChannelSink(
            channel,
            ByteTraffic::encode,
            ByteTraffic::refuse,
            () -> ByteTraffic.close(channel, source, raw));
    channel.pipeline().addLast("hijack", this);
    SplicedStream stream = Streams.splice(sink, source.stream());
    stream.resetMeta(ChannelFacts.meta(channel));
    result.success(stream);
  }

  @Override
  public void lost(Throwable cause) {
    result.error(cause);
  }

  // ---- reading

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message); // the end of the request
    } else {
      ByteTraffic.offer(source, bytes, raw);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    source.end();
    sink.markClosed();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("the hijacked connection to {} failed", ctx.channel().remoteAddress(), cause);
    ctx.close();
  }
}
