package weir.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A message for many sockets, which is encoded, and compressed for those that want it, only once.
 * Clients mask each message for themselves. Any number of threads may send it.
 */
public final class PreparedMessage {

  private static final int PLAIN = 0;

  private final int opcode;
  private final byte[] payload;

  /** Encoded frames by the bits of the window they keep to; the first is not compressed. */
  private final AtomicReferenceArray<byte[]> frames =
      new AtomicReferenceArray<>(DeflateConfig.MAX_WINDOW_BITS + 1);

  private PreparedMessage(int opcode, byte[] payload) {
    this.opcode = opcode;
    this.payload = payload;
  }

  /** Returns a text message. */
  public static PreparedMessage text(CharSequence text) {
    return new PreparedMessage(Opcode.TEXT, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a binary message; the array must not change any more. */
  public static PreparedMessage binary(byte[] data) {
    return new PreparedMessage(Opcode.BINARY, data);
  }

  int opcode() {
    return opcode;
  }

  byte[] payload() {
    return payload;
  }

  /**
   * Returns the frame of a server.
   *
   * @param windowBits 0 for one that is not compressed
   */
  byte[] frame(int windowBits) {
    int variant = payload.length == 0 ? PLAIN : windowBits;
    byte[] known = frames.get(variant);
    if (known == null) {
      known = variant == PLAIN ? encode(0x80, payload, payload.length) : compress(variant);
      frames.set(variant, known); // two threads may make it at once, and it is the same
    }
    return known;
  }

  private byte[] compress(int windowBits) {
    try (MessageDeflater once =
        new MessageDeflater(DeflateConfig.DEFAULT.level(), windowBits, true)) {
      MessageDeflater.Compressed compressed = once.deflate(payload);
      return encode(0xc0, compressed.bytes, compressed.size);
    }
  }

  private byte[] encode(int bits, byte[] data, int length) {
    ByteBuf out = Unpooled.buffer(length + 10);
    FrameWriter.header(out, bits | opcode, length, false);
    out.writeBytes(data, 0, length);
    byte[] frame = new byte[out.readableBytes()];
    out.readBytes(frame);
    return frame;
  }
}
