package weir.bench.http2;

import clojure.lang.AFn;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import weir.bench.BareServer;
import weir.bench.Control;
import weir.http.HttpServer;
import weir.http.RingServer;

/**
 * Answers every request of HTTP/2 with 13 bytes of text. {@code limit} is bare Netty, with one constant
 * answer; the others are Weir with a Ring handler, on the event loop or on the threads of handlers.
 */
public final class StreamServer {

  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final String TEXT = "Hello, World!";

  private StreamServer() {}

  /** Starts the server that is named. */
  public static void main(String[] args) throws IOException {
    Control.serve(args[0].equals("limit") ? limit() : weir(args[0].equals("none")));
  }

  private static int weir(boolean onLoop) {
    Map<Object, Object> options =
        new java.util.HashMap<>(
            Map.of(
                key("socket-address"),
                ANY,
                key("event-loop-threads"),
                1,
                key("use-h2c?"),
                true,
                key("http-versions"),
                java.util.List.of(key("http2"), key("http1"))));
    if (onLoop) {
      options.put(key("executor"), key("none"));
    }
    HttpServer server = RingServer.start("bench", "bench", new Ring(), options, null);
    return server.port();
  }

  private static Keyword key(String name) {
    return Keyword.intern(name);
  }

  private static final class Ring extends AFn {
    private static final Keyword STATUS = key("status");
    private static final Keyword HEADERS_KEY = key("headers");
    private static final Keyword BODY = key("body");
    private static final IPersistentMap HEADERS =
        new PersistentArrayMap(new Object[] {"content-type", "text/plain"});

    @Override
    public Object invoke(Object request) {
      return new PersistentArrayMap(
          new Object[] {STATUS, 200L, HEADERS_KEY, HEADERS, BODY, TEXT});
    }
  }

  private static int limit() {
    return BareServer.port(
        BareServer.start(
            1024,
            c ->
                c.pipeline()
                    .addLast(
                        Http2FrameCodecBuilder.forServer()
                            .initialSettings(
                                Http2Settings.defaultSettings().maxConcurrentStreams(128))
                            .build())
                    .addLast(new Http2MultiplexHandler(new Answer()))));
  }

  @ChannelHandler.Sharable
  private static final class Answer extends ChannelInboundHandlerAdapter {
    private static final Http2Headers HEAD =
        ReadOnlyHttp2Headers.serverHeaders(
            false,
            AsciiString.cached("200"),
            AsciiString.cached("content-type"),
            AsciiString.cached("text/plain; charset=UTF-8"),
            AsciiString.cached("server"),
            AsciiString.cached("Weir"),
            AsciiString.cached("date"),
            AsciiString.cached("Sat, 21 Nov 2026 12:00:00 GMT"),
            AsciiString.cached("content-length"),
            AsciiString.cached("13"));
    private static final ByteBuf BODY =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer().writeBytes(TEXT.getBytes(StandardCharsets.US_ASCII)));

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      boolean end =
          msg instanceof Http2HeadersFrame h
              ? h.isEndStream()
              : msg instanceof Http2DataFrame d && d.isEndStream();
      ReferenceCountUtil.release(msg);
      if (end) {
        ctx.write(new DefaultHttp2HeadersFrame(HEAD, false));
        ctx.write(new DefaultHttp2DataFrame(BODY.duplicate(), true));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
