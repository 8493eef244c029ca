package weir.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import weir.deferred.Deferred;

/**
 * Encodes frames, RFC 6455 §5.2. Small ones are gathered in one buffer until they are flushed. Only
 * for the event loop.
 */
final class FrameWriter {

  /** Larger payloads are not copied. */
  private static final int MAX_COPIED = 16 * 1024;

  /** What is gathered beyond this goes to the socket's queue. */
  private static final int MAX_GATHERED = 64 * 1024;

  private static final int MAX_HEADER = 14;
  private static final int RSV1_BIT = 0x40;

  private final ChannelHandlerContext wire;
  private final boolean masks;
  private final MessageDeflater deflater;
  private ByteBuf gathered;
  private boolean passed; // something was written and not flushed
  private List<Object> waiting; // realized when what is gathered was sent

  /**
   * @param masks whether frames are masked: those of clients are
   * @param deflater null without compression
   */
  FrameWriter(ChannelHandlerContext wire, boolean masks, MessageDeflater deflater) {
    this.wire = wire;
    this.masks = masks;
    this.deflater = deflater;
  }

  void text(CharSequence text) {
    message(Opcode.TEXT, text.toString().getBytes(StandardCharsets.UTF_8), true);
  }

  void utf8(byte[] text) {
    message(Opcode.TEXT, text, true);
  }

  void binary(byte[] data) {
    message(Opcode.BINARY, data, false);
  }

  /**
   * @param ours whether the array may be changed
   */
  private void message(int opcode, byte[] data, boolean ours) {
    if (deflater == null || data.length == 0) {
      frame(0x80 | opcode, data, data.length, ours);
    } else {
      MessageDeflater.Compressed compressed = deflater.deflate(data);
      frame(0x80 | RSV1_BIT | opcode, compressed.bytes, compressed.size, true);
    }
  }

  void control(int opcode, byte[] data) {
    frame(0x80 | opcode, data, data.length, false);
  }

  /** Writes a frame as it is. */
  void frame(boolean last, int reserved, int opcode, byte[] data) {
    frame((last ? 0x80 : 0) | reserved << 4 | opcode, data, data.length, false);
  }

  void close(int code, String reason) {
    if (code == CloseCode.WITHOUT || code == CloseCode.NONE) {
      control(Opcode.CLOSE, new byte[0]);
      return;
    }
    byte[] text = reason == null ? new byte[0] : reason.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + text.length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, text.length);
    control(Opcode.CLOSE, payload);
  }

  /** Writes a message that is encoded once for many sockets; but each client has masks of its own. */
  void prepared(PreparedMessage message) {
    if (masks) {
      message(message.opcode(), message.payload(), false);
      return;
    }
    byte[] frame = message.frame(deflater == null ? 0 : deflater.forgetful());
    if (frame.length <= MAX_COPIED) {
      room(frame.length).writeBytes(frame);
    } else {
      pass();
      wire.write(Unpooled.wrappedBuffer(frame), wire.voidPromise());
      passed = true;
    }
  }

  private void frame(int first, byte[] payload, int length, boolean ours) {
    ByteBuf out = room(length <= MAX_COPIED ? length : 0);
    header(out, first, length, masks);
    byte[] data = payload;
    if (masks) {
      int key = Masking.newKey();
      out.writeInt(key);
      data = ours ? payload : payload.clone();
      Masking.apply(key, data);
    }
    if (length <= MAX_COPIED) {
      out.writeBytes(data, 0, length);
      if (out.readableBytes() > MAX_GATHERED) {
        pass();
      }
    } else {
      pass();
      wire.write(Unpooled.wrappedBuffer(data, 0, length), wire.voidPromise());
      passed = true;
    }
  }

  static void header(ByteBuf out, int first, int length, boolean masked) {
    int bit = masked ? 0x80 : 0;
    if (length < 126) {
      out.writeShort(first << 8 | bit | length);
    } else if (length < 0x10000) {
      out.writeShort(first << 8 | bit | 126).writeShort(length);
    } else {
      out.writeShort(first << 8 | bit | 127).writeLong(length);
    }
  }

  private ByteBuf room(int length) {
    if (gathered == null) {
      gathered = wire.alloc().directBuffer(Math.max(128, length + MAX_HEADER));
    }
    return gathered;
  }

  private void pass() {
    if (gathered != null) {
      ByteBuf buffer = gathered;
      gathered = null;
      wire.write(buffer, wire.voidPromise());
      passed = true;
    }
  }

  /**
   * Tells when all that was written so far is sent.
   *
   * @param answer a Deferred, which is realized with true or false, or a ChannelPromise
   */
  void await(Object answer) {
    if (waiting == null) {
      waiting = new ArrayList<>(1);
    }
    waiting.add(answer);
  }

  /** Sends what was written so far. */
  void flush() {
    if (waiting != null) {
      flushLast();
    } else if (gathered != null) {
      ByteBuf buffer = gathered;
      gathered = null;
      passed = false;
      wire.writeAndFlush(buffer, wire.voidPromise());
    } else if (passed) {
      passed = false;
      wire.flush();
    }
  }

  /** Sends what was written so far; the result tells when. */
  ChannelFuture flushLast() {
    ByteBuf buffer = gathered == null ? Unpooled.EMPTY_BUFFER : gathered;
    gathered = null;
    passed = false;
    ChannelPromise sent = wire.newPromise();
    if (waiting != null) {
      sent.addListener(new Sent(waiting));
      waiting = null;
    }
    wire.writeAndFlush(buffer, sent);
    return sent;
  }

  private record Sent(List<Object> answers) implements GenericFutureListener<Future<Void>> {
    @Override
    public void operationComplete(Future<Void> future) {
      for (Object answer : answers) {
        if (answer instanceof Deferred<?> deferred) {
          deferred.success(future.isSuccess());
        } else if (future.isSuccess()) {
          ((ChannelPromise) answer).trySuccess();
        } else {
          ((ChannelPromise) answer).tryFailure(future.cause());
        }
      }
    }
  }

  /** The connection is gone. */
  void release() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
    if (deflater != null) {
      deflater.close();
    }
    if (waiting != null) {
      new Sent(waiting).operationComplete(wire.newFailedFuture(new ClosedChannelException()));
      waiting = null;
    }
  }
}
