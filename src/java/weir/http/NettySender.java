package weir.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Executor;
import weir.executor.Pools;
import weir.http.body.Bodies;
import weir.http.body.BodySink;
import weir.http.body.StreamingBody;

/**
 * Sends one of Netty's messages, with a body of any kind that Weir can send, through a pipeline that
 * encodes such messages.
 */
public final class NettySender implements BodySink {

  /** Runs what can only be read by blocking. */
  private static final Executor WAIT = task -> Pools.waitPool().execute(task);

  private final Channel channel;
  private final boolean keepAlive;
  private final boolean secure;
  private final boolean chunked;
  private final ChannelPromise sent;
  private ChannelFutureListener whenClosed;

  private NettySender(
      Channel channel, boolean keepAlive, boolean secure, boolean chunked, ChannelPromise sent) {
    this.channel = channel;
    this.keepAlive = keepAlive;
    this.secure = secure;
    this.chunked = chunked;
    this.sent = sent;
  }

  /**
   * Sends a message. Without a {@code content-length} of its own it gets one if the length is known,
   * else it is chunked.
   *
   * @param keepAlive false closes the channel when all is sent
   * @param secure whether the bytes are encrypted in this JVM
   * @param body as in a Ring response
   * @return when all is sent; fails when the channel is closed before
   * @throws IllegalArgumentException if the body is nothing that can be sent
   */
  public static ChannelFuture send(
      Channel channel, boolean keepAlive, boolean secure, HttpMessage message, Object body) {
    String type = message.headers().get("content-type");
    Object content = Bodies.contiguous(body, type);
    StreamingBody streaming =
        content == Bodies.NOT_CONTIGUOUS ? StreamingBody.of(body, type, WAIT) : null;
    long length = streaming == null ? Bodies.length(content) : streaming.length();
    boolean announced = message.headers().contains("content-length");
    if (length >= 0 && !announced) {
      HttpUtil.setContentLength(message, length);
    }
    boolean chunked = length < 0 && !announced;
    HttpUtil.setTransferEncodingChunked(message, chunked);
    HttpUtil.setKeepAlive(message, keepAlive);
    ChannelPromise sent = channel.newPromise();
    NettySender sender = new NettySender(channel, keepAlive, secure, chunked, sent);
    channel.eventLoop().execute(() -> sender.start(message, content, streaming));
    return sent;
  }

  private void start(HttpMessage message, Object content, StreamingBody streaming) {
    if (!channel.isActive()) {
      if (streaming == null) {
        Bodies.discard(content);
      } else {
        streaming.discard();
      }
      abort(new ClosedChannelException());
      return;
    }
    channel.write(message);
    if (streaming != null) {
      whenClosed = closed -> cutShort(streaming);
      channel.closeFuture().addListener(whenClosed);
      streaming.start(this);
      return;
    }
    ByteBuf bytes =
        content instanceof byte[] array ? Unpooled.wrappedBuffer(array) : (ByteBuf) content;
    finish(bytes.isReadable() ? new DefaultLastHttpContent(bytes) : emptied(bytes));
  }

  private void cutShort(StreamingBody streaming) {
    streaming.discard();
    sent.tryFailure(new ClosedChannelException());
  }

  private static LastHttpContent emptied(ByteBuf bytes) {
    bytes.release();
    return LastHttpContent.EMPTY_LAST_CONTENT;
  }

  private void finish(LastHttpContent last) {
    if (whenClosed != null) {
      channel.closeFuture().removeListener(whenClosed);
    }
    ChannelFuture written = channel.writeAndFlush(last, sent);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public EventLoop eventLoop() {
    return channel.eventLoop();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public ChannelFuture write(ByteBuf piece) {
    return channel.writeAndFlush(new DefaultHttpContent(piece));
  }

  @Override
  public ChannelFuture write(FileRegion region) {
    return channel.writeAndFlush(region);
  }

  @Override
  public boolean canSendFile() {
    return !chunked && !secure;
  }

  @Override
  public void end() {
    finish(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  @Override
  public void abort(Throwable cause) {
    sent.tryFailure(cause);
    channel.close();
  }
}
