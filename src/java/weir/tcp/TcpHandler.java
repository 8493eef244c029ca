package weir.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.net.ByteTraffic;
import weir.net.ChannelFacts;
import weir.net.ChannelSink;
import weir.net.ChannelSource;
import weir.stream.SplicedStream;
import weir.stream.Streams;

/** Between a connection and its stream. Everything but the sink's closer runs on the event loop. */
final class TcpHandler extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger("weir.tcp");

  private final boolean secure;
  private final boolean raw;
  private final Executor executor;
  private final Consumer<SplicedStream> ready;
  private final Consumer<Throwable> failed;
  private ChannelSource source;
  private ChannelSink sink;
  private boolean started;
  private boolean inputEnded;
  private Throwable failure;

  /**
   * Creates the handler of one connection.
   *
   * @param secure whether to wait for a TLS handshake
   * @param ready called with the stream when there is one
   * @param failed called if there never will be
   */
  TcpHandler(
      boolean secure,
      boolean raw,
      Executor executor,
      Consumer<SplicedStream> ready,
      Consumer<Throwable> failed) {
    this.secure = secure;
    this.raw = raw;
    this.executor = executor;
    this.ready = ready;
    this.failed = failed;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (!secure) {
      start(ctx.channel());
    }
    ctx.fireChannelActive();
  }

  private void start(Channel channel) {
    started = true;
    source = new ChannelSource(channel, executor);
    sink =
        new ChannelSink(
            channel,
            ByteTraffic::encode,
            ByteTraffic::refuse,
            () -> ByteTraffic.close(channel, source, raw));
    SplicedStream stream = Streams.splice(sink, source.stream());
    stream.resetMeta(ChannelFacts.meta(channel));
    ready.accept(stream);
  }

  /** Sends the end once all that was put has gone out; what the peer sends can still be taken. */
  Deferred<Boolean> shutdownOutput(Channel channel) {
    sink.markClosed();
    Deferred<Boolean> result = Deferred.create(null);
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            written -> {
              ChannelFuture end =
                  inputEnded || secure || !(channel instanceof DuplexChannel duplex)
                      ? channel.close()
                      : duplex.shutdownOutput();
              end.addListener(done -> result.success(done.isSuccess()));
            });
    return result;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!started || !(message instanceof ByteBuf bytes)) {
      // From a handler of the program's own, which has made something else of the bytes.
      offerOther(message);
    } else {
      ByteTraffic.offer(source, bytes, raw);
    }
  }

  private void offerOther(Object message) {
    if (started) {
      source.offer(message);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !started) {
      if (handshake.isSuccess()) {
        start(ctx.channel());
      } else {
        failure = handshake.cause();
        failed.accept(failure);
        ctx.close();
      }
    } else if (event instanceof SslCloseCompletionEvent
        && !Boolean.TRUE.equals(
            ctx.channel().config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
      ctx.close(); // as a peer's end without TLS does
    } else if (event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent) {
      inputEnds(ctx.channel());
    }
    ctx.fireUserEventTriggered(event);
  }

  private void inputEnds(Channel channel) {
    inputEnded = true;
    if (started) {
      source.end();
      if (Boolean.TRUE.equals(sink.isClosed())) {
        ChannelSink.closeBehindWrites(channel);
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (started) {
      source.end();
      sink.markClosed();
    } else {
      failed.accept(failure == null ? new IOException("the connection was closed") : failure);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable inner = cause.getCause() instanceof SSLException tls ? tls : cause;
    failure = inner;
    if (!(inner instanceof IOException)) {
      LOG.warn("error on the connection to {}", ctx.channel().remoteAddress(), cause);
    } else {
      LOG.debug("the connection to {} failed", ctx.channel().remoteAddress(), cause);
    }
    ctx.close();
  }
}
