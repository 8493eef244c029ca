package weir.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The kinds of messages that programs send, and their forms as Netty's frames. */
final class Messages {

  private static final byte[] EMPTY = {};

  private Messages() {}

  /**
   * Returns about how many bytes the message has.
   *
   * @throws IllegalArgumentException if it cannot be sent
   */
  static int size(Object message) {
    if (message instanceof CharSequence text) {
      return text.length();
    }
    if (message instanceof byte[] bytes) {
      return bytes.length;
    }
    if (message instanceof ByteBuffer buffer) {
      return buffer.remaining();
    }
    if (message instanceof ByteBuf buffer) {
      return buffer.readableBytes();
    }
    if (message instanceof ByteBufHolder frame && message instanceof WebSocketFrame) {
      return frame.content().readableBytes();
    }
    if (message instanceof PreparedMessage prepared) {
      return prepared.payload().length;
    }
    if (message == null) {
      return 0;
    }
    throw new IllegalArgumentException(
        "cannot send "
            + message.getClass().getName()
            + " over a websocket (expected: a CharSequence, byte[], ByteBuffer, ByteBuf,"
            + " WebSocketFrame, PreparedMessage, or null)");
  }

  /** Lets go of a message that is not sent. */
  static void release(Object message) {
    ReferenceCountUtil.release(message);
  }

  /** Returns the bytes of a binary message; a ByteBuf is released. */
  static byte[] bytes(Object message) {
    if (message == null) {
      return EMPTY;
    }
    if (message instanceof byte[] bytes) {
      return bytes;
    }
    if (message instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return bytes;
    }
    ByteBuf buffer = (ByteBuf) message;
    byte[] bytes = ByteBufUtil.getBytes(buffer);
    buffer.release();
    return bytes;
  }

  static int opcode(WebSocketFrame frame) {
    if (frame instanceof TextWebSocketFrame) {
      return Opcode.TEXT;
    }
    if (frame instanceof BinaryWebSocketFrame) {
      return Opcode.BINARY;
    }
    if (frame instanceof ContinuationWebSocketFrame) {
      return Opcode.CONTINUATION;
    }
    if (frame instanceof PingWebSocketFrame) {
      return Opcode.PING;
    }
    return frame instanceof PongWebSocketFrame ? Opcode.PONG : Opcode.CLOSE;
  }

  /** Returns Netty's form of a frame; the array is its content. */
  static WebSocketFrame frame(boolean last, int reserved, int opcode, byte[] data) {
    ByteBuf content = Unpooled.wrappedBuffer(data);
    return switch (opcode) {
      case Opcode.TEXT -> new TextWebSocketFrame(last, reserved, content);
      case Opcode.BINARY -> new BinaryWebSocketFrame(last, reserved, content);
      case Opcode.CONTINUATION -> new ContinuationWebSocketFrame(last, reserved, content);
      case Opcode.PING -> new PingWebSocketFrame(content);
      case Opcode.PONG -> new PongWebSocketFrame(content);
      default -> new CloseWebSocketFrame(last, reserved, content);
    };
  }

  /** Returns Netty's form of a message. */
  static WebSocketFrame frame(Object message) {
    if (message instanceof WebSocketFrame frame) {
      return frame;
    }
    if (message instanceof CharSequence text) {
      byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
      return frame(true, 0, Opcode.TEXT, utf8);
    }
    if (message instanceof PreparedMessage prepared) {
      return frame(true, 0, prepared.opcode(), prepared.payload());
    }
    return frame(true, 0, Opcode.BINARY, bytes(message));
  }
}
