package weir.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.Future;
import weir.deferred.Deferred;

/**
 * Bytes to messages and back. Messages go straight to the session; when the user has changed the
 * pipeline, they pass through it as Netty's frames, in both directions.
 */
final class WebSocketCodec extends ChannelDuplexHandler implements MessageAssembler.Receiver {

  private final WebSocketSession session;
  private final WebSocketConfig config;
  private final Agreement agreement;
  private ChannelHandlerContext ctx;
  private FrameDecoder decoder;
  private MessageAssembler assembler;
  private FrameWriter writer;

  WebSocketCodec(WebSocketSession session, WebSocketConfig config, Agreement agreement) {
    this.session = session;
    this.config = config;
    this.agreement = agreement;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    boolean server = agreement.server();
    PerMessageDeflate deflate = agreement.deflate();
    boolean direct = config.pipeline() == null;
    assembler =
        new MessageAssembler(
            direct ? session : this,
            config.maxMessageBytes(),
            config.rawFrames(),
            deflate == null ? null : deflate.inflater(server));
    decoder = new FrameDecoder(assembler, server, config.maxFrameBytes());
    int any = config.anyReservedBits() ? 7 : 0;
    int onOthers = deflate == null ? any : any & ~FrameDecoder.RSV1;
    decoder.allowReserved(deflate == null ? any : any | FrameDecoder.RSV1, onOthers);
    writer =
        new FrameWriter(
            c,
            !server,
            deflate == null ? null : deflate.deflater(server, config.deflate().level()));
  }

  FrameWriter writer() {
    return writer;
  }

  /** Drops everything that still comes. */
  void stopReading() {
    decoder.stop();
  }

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    if (!(msg instanceof ByteBuf bytes)) {
      c.fireChannelRead(msg);
      return;
    }
    session.readBegins();
    try {
      decoder.decode(bytes);
    } catch (WebSocketException e) {
      decoder.stop();
      session.protocolFailed(e);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    release();
    c.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext c) {
    release();
  }

  private void release() {
    decoder.stop();
    assembler.release();
    writer.release();
  }

  // ---- writing

  /** Writes a message that is no text. */
  void write(Object message, Deferred<Boolean> answer) {
    if (message instanceof PreparedMessage prepared) {
      writer.prepared(prepared);
    } else if (message instanceof WebSocketFrame frame) {
      write(frame);
    } else {
      writer.binary(Messages.bytes(message));
    }
    if (answer != null) {
      writer.await(answer);
    }
  }

  private void write(WebSocketFrame frame) {
    byte[] data = ByteBufUtil.getBytes(frame.content());
    boolean last = frame.isFinalFragment();
    int reserved = frame.rsv();
    frame.release();
    int opcode = Messages.opcode(frame);
    if (opcode == Opcode.TEXT && last && reserved == 0) {
      writer.utf8(data);
    } else if (opcode == Opcode.BINARY && last && reserved == 0) {
      writer.binary(data);
    } else {
      writer.frame(last, reserved, opcode, data);
    }
  }

  /** Sends a message through the user's handlers to {@link #write}. */
  static void passThrough(ChannelHandlerContext from, Object message, Deferred<Boolean> answer) {
    from.write(Messages.frame(message))
        .addListener(
            (Future<Void> f) -> {
              if (answer != null) {
                answer.success(f.isSuccess());
              }
            });
  }

  /** Frames that somebody writes to the channel. */
  @Override
  public void write(ChannelHandlerContext c, Object msg, ChannelPromise promise) {
    if (!(msg instanceof WebSocketFrame frame)) {
      c.write(msg, promise);
      return;
    }
    write(frame);
    if (!promise.isVoid()) {
      writer.await(promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext c) {
    writer.flush();
    c.flush();
  }

  // ---- reading through the user's handlers

  private void fire(boolean last, int reserved, int opcode, byte[] data) {
    ctx.fireChannelRead(Messages.frame(last, reserved, opcode, data));
  }

  @Override
  public void text(byte[] utf8) {
    fire(true, 0, Opcode.TEXT, utf8);
  }

  @Override
  public void binary(byte[] data) {
    fire(true, 0, Opcode.BINARY, data);
  }

  @Override
  public void fragment(boolean last, int reserved, int opcode, byte[] data) {
    fire(last, reserved, opcode, data);
  }

  @Override
  public void pinged(byte[] data) {
    fire(true, 0, Opcode.PING, data);
  }

  @Override
  public void ponged(byte[] data) {
    fire(true, 0, Opcode.PONG, data);
  }

  @Override
  public void peerClosed(int code, String reason) {
    session.peerClosed(code, reason);
  }

  /** Gives the session what has passed. */
  void received(WebSocketFrame frame) {
    try {
      byte[] data = ByteBufUtil.getBytes(frame.content());
      int opcode = Messages.opcode(frame);
      boolean last = frame.isFinalFragment();
      switch (opcode) {
        case Opcode.PING -> session.pinged(data);
        case Opcode.PONG -> session.ponged(data);
        case Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION -> {
          if (config.rawFrames() || !last || opcode == Opcode.CONTINUATION) {
            session.fragment(last, frame.rsv(), opcode, data);
          } else if (opcode == Opcode.TEXT) {
            session.text(data);
          } else {
            session.binary(data);
          }
        }
        default -> {} // a user's handler made it up: the codec tells of real ones
      }
    } finally {
      frame.release();
    }
  }
}
