package weir.http.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.net.AddressRanges;

/**
 * Reads the header with which a proxy begins a connection, version 1 or 2, and tells the connection
 * behind it by an event. A peer that sends none in time is cut; {@link ProxyTrust.Headerless} says what
 * becomes of others.
 *
 * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">PROXY protocol</a>
 */
final class ProxyProtocol extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(ProxyProtocol.class);
  private static final String DECODER = "proxy-protocol-decoder";
  private static final String HANDLER = "proxy-protocol";
  private static final String GUARD = "proxy-protocol-guard";
  private static final String DETECTOR = "proxy-protocol-detector";

  private static final String REFUSAL =
      "HTTP/1.1 400 Bad Request\r\nConnection: Close\r\n"
          + "Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 21\r\n\r\n"
          + "malformed PROXY line\n";

  /** What the header may carry beside the addresses. */
  private static final int MAX_EXTRA_BYTES = 1024;

  private static final long LINGER_MILLIS = 500;
  private static final int CLIENT_USED_TLS = 1;

  /**
   * What a proxy has told.
   *
   * @param endpoints the addresses that the client has connected from and to
   * @param secure whether it did so over TLS
   */
  record Told(Endpoints endpoints, boolean secure) {}

  private final ServerContext context;
  private Future<?> limit;
  private boolean refused;

  private ProxyProtocol(ServerContext context) {
    this.context = context;
  }

  /** Adds the handlers that read the header; they remove themselves behind it. */
  static void addTo(ChannelPipeline pipeline, ServerContext context) {
    if (context.config().proxies().headerless() == ProxyTrust.Headerless.SERVED) {
      pipeline.addLast(DETECTOR, new ProxyHeaderDetector(DECODER, HANDLER));
    }
    Decoder decoder = new Decoder();
    pipeline.addLast(GUARD, new Guard(decoder));
    pipeline.addLast(DECODER, decoder);
    pipeline.addLast(HANDLER, new ProxyProtocol(context));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long timeoutNanos = Timeouts.nanos(context.config().timeouts().header());
    if (timeoutNanos > 0) {
      limit = ctx.executor().schedule(() -> tooLate(ctx), timeoutNanos, TimeUnit.NANOSECONDS);
    }
  }

  private static void tooLate(ChannelHandlerContext ctx) {
    LOG.debug("{} sent no PROXY header in time", ctx.channel().remoteAddress());
    ctx.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (limit != null) {
      limit.cancel(false);
    }
    if (ctx.pipeline().context(GUARD) != null) {
      ctx.pipeline().remove(GUARD);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof HAProxyMessage header)) {
      ctx.fireChannelRead(msg);
      return;
    }
    try {
      Told told = told(header, Endpoints.of(ctx.channel()));
      if (told != null) {
        ctx.fireUserEventTriggered(told);
      }
    } finally {
      header.release();
    }
    ctx.pipeline().remove(this); // the decoder has removed itself, and passes on what follows
  }

  /** Netty's decoder fails at the first byte that is wrong; what follows cannot be HTTP. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("{} sent no valid PROXY header", ctx.channel().remoteAddress(), cause);
    ServerConfig config = context.config();
    if (config.proxies().headerless() == ProxyTrust.Headerless.CUT
        || config.sslContext() != null
        || !(cause instanceof DecoderException)) {
      ctx.close();
    } else if (!refused) {
      refused = true;
      context.application().onRefused(400);
      ctx.writeAndFlush(Unpooled.copiedBuffer(REFUSAL, StandardCharsets.US_ASCII))
          .addListener(sent -> linger(ctx.channel()));
    }
  }

  /** What the peer goes on to send must not make the kernel drop our answer. */
  private static void linger(Channel channel) {
    if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Returns null when the proxy speaks for itself, or does not know the client's address. */
  private static Told told(HAProxyMessage header, Endpoints peer) {
    HAProxyProxiedProtocol protocol = header.proxiedProtocol();
    if (header.command() == HAProxyCommand.LOCAL
        || protocol != HAProxyProxiedProtocol.TCP4 && protocol != HAProxyProxiedProtocol.TCP6) {
      return null;
    }
    InetSocketAddress client =
        AddressRanges.socketAddress(header.sourceAddress(), header.sourcePort());
    InetSocketAddress local =
        AddressRanges.socketAddress(header.destinationAddress(), header.destinationPort());
    return client == null || local == null
        ? null
        : new Told(Endpoints.told(local, client), overTls(header));
  }

  private static boolean overTls(HAProxyMessage header) {
    return header.tlvs().stream()
        .anyMatch(tlv -> tlv instanceof HAProxySSLTLV ssl && (ssl.client() & CLIENT_USED_TLS) != 0);
  }

  /** Netty's, which closes the connection at a malformed header. */
  private static final class Decoder extends HAProxyMessageDecoder {
    private boolean reading;

    Decoder() {
      super(MAX_EXTRA_BYTES, true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
      reading = true;
      try {
        super.channelRead(ctx, msg);
      } finally {
        reading = false;
      }
    }
  }

  /** Leaves it to {@link #exceptionCaught} what becomes of a connection with a malformed header. */
  private static final class Guard extends ChannelOutboundHandlerAdapter {
    private final Decoder decoder;

    Guard(Decoder decoder) {
      this.decoder = decoder;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
      if (decoder.reading && ctx.pipeline().context(DECODER) != null) {
        promise.trySuccess();
      } else {
        ctx.close(promise);
      }
    }
  }
}
