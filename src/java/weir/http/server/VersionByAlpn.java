package weir.http.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Waits for the end of the TLS handshake, which has chosen a version (RFC 7301); HTTP/1.1 where it has
 * not. What is read meanwhile is kept for the handlers of that version.
 */
final class VersionByAlpn extends ChannelInboundHandlerAdapter {

  static final String NAME = "apn-handler";

  private final ConnectionInitializer initializer;
  private final Meter meter;
  private final Queue<Object> kept = new ArrayDeque<>(2);
  private ProxyProtocol.Told told;

  VersionByAlpn(ConnectionInitializer initializer, Meter meter) {
    this.initializer = initializer;
    this.meter = meter;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    kept.add(msg);
    if (ctx.pipeline().get(SslHandler.class) == null) {
      choose(ctx, null); // somebody before us has ended TLS
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ProxyProtocol.Told proxy) {
      told = proxy;
    } else if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      choose(ctx, tls == null ? null : tls.applicationProtocol());
      ctx.fireUserEventTriggered(event);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void choose(ChannelHandlerContext ctx, String protocol) {
    if (Http2ServerConfig.HTTP_2.equals(protocol)) {
      initializer.addHttp2(ctx.pipeline(), true, meter, null);
    } else {
      initializer.addHttp1(ctx.pipeline(), true, meter);
    }
    if (told != null) {
      ctx.fireUserEventTriggered(told);
    }
    ctx.pipeline().remove(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (kept.isEmpty()) {
      return;
    }
    for (Object msg; (msg = kept.poll()) != null; ) {
      ctx.fireChannelRead(msg);
    }
    ctx.fireChannelReadComplete();
  }
}
