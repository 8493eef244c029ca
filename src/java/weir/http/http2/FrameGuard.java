package weir.http.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import weir.net.TcpListener;

/**
 * Counts the frames that come before the codec works on them, and cuts a peer that sends too many which
 * carry no message. Looks at the nine bytes that each frame begins with, and at nothing else.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-10.5">RFC 9113 §10.5</a>
 */
public final class FrameGuard extends ChannelDuplexHandler {

  /** Hears that a peer was cut; nothing of it comes any more. */
  public interface Alarm {
    /**
     * The peer floods us, or sends what it must not.
     *
     * @param error what to tell it
     * @param sent what it has sent, as "too many PING frames"
     */
    void cut(Http2Error error, String sent);
  }

  /** What the peer is in the middle of. */
  public enum Partial {
    /** Nothing: the last frame is complete. */
    NOTHING,
    /** Its preface, or its first frame. */
    PREFACE,
    /** A field section. */
    HEADERS,
    /** Another frame. */
    FRAME
  }

  private static final int PREFACE_BYTES = 24;
  private static final int FRAME_HEADER_BYTES = 9;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int PUSH_PROMISE = 5;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final String[] NAMES = {
    "empty DATA frames",
    "empty HEADERS frames",
    "PRIORITY frames",
    "RST_STREAM frames",
    "SETTINGS frames",
    "PUSH_PROMISE frames",
    "PING frames",
    "GOAWAY frames",
    "WINDOW_UPDATE frames",
    "CONTINUATION frames"
  };

  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** How long what a peer still sends is dropped before its connection is closed. */
  private static final long LINGER_MILLIS = 1000;

  /** So many bytes that we send may well bring a WINDOW_UPDATE. */
  private static final int BYTES_PER_UPDATE = 32;

  private final boolean server;
  private final Http2Config config;
  private final Alarm alarm;

  private final byte[] header = new byte[FRAME_HEADER_BYTES];
  private int filled;
  private int skip; // bytes until the next frame begins
  private int type = -1;
  private boolean inHeaders;
  private boolean cut;
  private boolean reading;
  private boolean lingering;
  private boolean held;
  private long frames;

  private long spanBegan;
  private int controls;
  private int updates;
  private long sent;

  /**
   * Creates a guard for one connection.
   *
   * @param server whether the peer begins with the preface of a client
   */
  public FrameGuard(boolean server, Http2Config config, Alarm alarm) {
    this.server = server;
    this.config = config;
    this.alarm = alarm;
    this.skip = server ? PREFACE_BYTES : 0;
  }

  /** Returns how many frames have come, which changes while the peer makes progress. */
  public long frames() {
    return frames;
  }

  /** Returns what the peer has begun to send and not ended. */
  public Partial partial() {
    if (type < 0) {
      return Partial.PREFACE;
    }
    if (inHeaders || skip > 0 && (type == HEADERS || type == CONTINUATION)) {
      return Partial.HEADERS;
    }
    return skip > 0 || filled > 0 ? Partial.FRAME : Partial.NOTHING;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    reading = true;
    if (msg instanceof ByteBuf bytes && !cut) {
      scan(bytes);
    }
    if (cut || lingering) {
      ReferenceCountUtil.release(msg);
    } else {
      ctx.fireChannelRead(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    reading = false;
  }

  /** Lets nothing be read, or everything again; the channel is not read by itself meanwhile. */
  public void hold(boolean isHeld) {
    held = isHeld;
  }

  /** The codec asks for more whether or not the channel is to be read. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!held) {
      ctx.read();
    }
  }

  /** Returns whether frames are being read, so that the codec will flush when all are. */
  public boolean isReading() {
    return reading;
  }

  private void scan(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end && !cut) {
      if (skip > 0) {
        int n = Math.min(skip, end - at);
        skip -= n;
        at += n;
      } else {
        int n = Math.min(FRAME_HEADER_BYTES - filled, end - at);
        bytes.getBytes(at, header, filled, n);
        filled += n;
        at += n;
        if (filled == FRAME_HEADER_BYTES) {
          filled = 0;
          frameBegins();
        }
      }
    }
  }

  private void frameBegins() {
    skip = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
    type = header[3] & 0xff;
    int flags = header[4];
    frames++;
    switch (type) {
      case DATA -> count(skip == 0 && (flags & END_STREAM) == 0);
      case HEADERS, PUSH_PROMISE, CONTINUATION -> {
        inHeaders = (flags & END_HEADERS) == 0;
        count(skip == 0 && inHeaders);
      }
      case RST_STREAM -> {} // the codec counts them
      case WINDOW_UPDATE -> countUpdate();
      case PriorityUpdates.PRIORITY_UPDATE -> priorityUpdate();
      default -> count(true);
    }
  }

  private void count(boolean idle) {
    if (idle && ++controls > config.maxControlFrames()) {
      tooMany();
    }
  }

  /** RFC 9218 §7.1: only clients send it, and on no stream. */
  private void priorityUpdate() {
    int stream =
        (header[5] & 0x7f) << 24
            | (header[6] & 0xff) << 16
            | (header[7] & 0xff) << 8
            | header[8] & 0xff;
    if (!server || stream != 0) {
      cut = true;
      alarm.cut(
          Http2Error.PROTOCOL_ERROR,
          "a PRIORITY_UPDATE frame" + (server ? " on stream " + stream : ""));
    } else {
      count(true);
    }
  }

  private void countUpdate() {
    if (++updates > config.maxWindowUpdates()) {
      long explained = Math.min(updates, sent / BYTES_PER_UPDATE);
      updates -= (int) explained;
      sent -= explained * BYTES_PER_UPDATE;
      if (updates > config.maxWindowUpdates()) {
        tooMany();
      }
    }
  }

  /** A new span has begun, or it is a flood. */
  private void tooMany() {
    long now = System.nanoTime();
    if (spanBegan != 0 && now - spanBegan < Http2Config.CONTROL_SPAN.toNanos()) {
      cut = true;
      alarm.cut(Http2Error.ENHANCE_YOUR_CALM, "too many " + name());
    } else {
      controls = 1;
      updates = 1;
    }
    spanBegan = now;
  }

  private String name() {
    if (type == PriorityUpdates.PRIORITY_UPDATE) {
      return "PRIORITY_UPDATE frames";
    }
    return type < NAMES.length ? NAMES[type] : "frames of unknown types";
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    spanBegan = System.nanoTime();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof ByteBuf bytes) {
      sent += bytes.readableBytes();
    }
    ctx.write(msg, promise);
  }

  /**
   * A server ends its output only, and for a while drops what the peer goes on sending: closing a
   * socket with unread bytes resets it, and the peer might never see our GOAWAY.
   */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    Channel channel = ctx.channel();
    if (!server || !channel.isActive() || TcpListener.isCut(channel)) {
      ctx.close(promise);
      return;
    }
    if (lingering) { // the codec closes twice after an error
      channel.closeFuture().addListener(closed -> promise.trySuccess());
      return;
    }
    lingering = true;
    Future<?> limit =
        ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              limit.cancel(false);
              promise.trySuccess();
            });
    channel.config().setAutoRead(true);
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> endOutput(ctx));
  }

  private static void endOutput(ChannelHandlerContext ctx) {
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (ctx.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      ctx.close();
    }
  }
}
