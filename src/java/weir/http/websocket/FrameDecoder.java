package weir.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Cuts bytes into frames, RFC 6455 §5, and refuses what the RFC forbids. Keeps no buffer: of a frame
 * that is still incomplete it has copied what was there, never more than has arrived.
 */
final class FrameDecoder {

  /** Takes what was decoded. */
  interface Sink {
    /**
     * A whole frame has come.
     *
     * @param reserved the three reserved bits, 4 being RSV1
     * @param payload unmasked; the sink's from now on
     */
    void frame(boolean last, int reserved, int opcode, byte[] payload) throws WebSocketException;
  }

  private static final byte[] EMPTY = {};
  private static final int MAX_HEADER = 14;
  private static final int FIRST_ROOM = 4096;
  static final int RSV1 = 4;

  private final Sink sink;
  private final boolean masked;
  private final int maxPayload;
  private int reservedOnFirst; // bits that the first frame of a message may have
  private int reservedOnOthers; // and those of other data frames

  // The header of the current frame, once it is complete.
  private boolean last;
  private int reserved;
  private int opcode;
  private long length = -1; // -1 while the header is incomplete
  private int mask;

  private byte[] header; // of an incomplete header
  private int headerBytes;
  private byte[] payload; // of an incomplete frame
  private int payloadBytes;
  private boolean inMessage;
  private boolean stopped;

  /**
   * @param masked whether frames must be masked, as those of clients must; else they must not
   * @param maxPayload bytes that one frame may have
   */
  FrameDecoder(Sink sink, boolean masked, int maxPayload) {
    this.sink = sink;
    this.masked = masked;
    this.maxPayload = maxPayload;
  }

  /** Says which reserved bits data frames may have, because an extension gives them a meaning. */
  void allowReserved(int onFirst, int onOthers) {
    reservedOnFirst = onFirst;
    reservedOnOthers = onOthers;
  }

  /** Drops everything from now on. */
  void stop() {
    stopped = true;
    payload = null;
    header = null;
  }

  /** Decodes all of {@code in}, which stays the caller's. */
  void decode(ByteBuf in) throws WebSocketException {
    while (in.isReadable() && !stopped) {
      if (length < 0 && !readHeader(in)) {
        return;
      }
      byte[] complete = readPayload(in);
      if (complete == null) {
        return;
      }
      length = -1;
      Masking.apply(mask, complete);
      if (!Opcode.isControl(opcode)) {
        inMessage = !last;
      }
      sink.frame(last, reserved, opcode, complete);
    }
    in.skipBytes(in.readableBytes());
  }

  // ---- the header

  private boolean readHeader(ByteBuf in) throws WebSocketException {
    if (headerBytes == 0 && in.readableBytes() >= 2) {
      int size = headerSize(in.getByte(in.readerIndex() + 1));
      if (in.readableBytes() >= size) {
        parse(in);
        return true;
      }
    }
    return gatherHeader(in);
  }

  private boolean gatherHeader(ByteBuf in) throws WebSocketException {
    if (header == null) {
      header = new byte[MAX_HEADER];
    }
    while (in.isReadable()) {
      header[headerBytes++] = in.readByte();
      if (headerBytes >= 2 && headerBytes == headerSize(header[1])) {
        ByteBuf whole = Unpooled.wrappedBuffer(header, 0, headerBytes);
        headerBytes = 0;
        header = null;
        parse(whole);
        return true;
      }
    }
    return false;
  }

  private static int headerSize(byte second) {
    int n = second & 0x7f;
    return 2 + (n == 126 ? 2 : n == 127 ? 8 : 0) + (second < 0 ? 4 : 0);
  }

  private void parse(ByteBuf in) throws WebSocketException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    last = first >= 0x80;
    reserved = first >> 4 & 7;
    opcode = first & 0xf;
    checkKind(second >= 0x80);
    length = payloadLength(in, second & 0x7f);
    mask = masked ? in.readInt() : 0;
    if (length > maxPayload) {
      throw new WebSocketException(
          CloseCode.TOO_BIG, "Max frame length of " + maxPayload + " has been exceeded.");
    }
  }

  private void checkKind(boolean isMasked) throws WebSocketException {
    if (!Opcode.isKnown(opcode)) {
      throw WebSocketException.protocol("unknown opcode " + opcode);
    }
    if (isMasked != masked) {
      throw WebSocketException.protocol(masked ? "frame without mask" : "masked frame of a server");
    }
    if (Opcode.isControl(opcode)) {
      if (!last) {
        throw WebSocketException.protocol("fragmented control frame");
      }
    } else if (opcode == Opcode.CONTINUATION && !inMessage) {
      throw WebSocketException.protocol("continuation of no message");
    } else if (opcode != Opcode.CONTINUATION && inMessage) {
      throw WebSocketException.protocol("new message within another");
    }
    int allowed =
        Opcode.isControl(opcode)
            ? 0
            : opcode == Opcode.CONTINUATION ? reservedOnOthers : reservedOnFirst;
    if ((reserved & ~allowed) != 0) {
      throw WebSocketException.protocol("reserved bit without a meaning");
    }
  }

  private long payloadLength(ByteBuf in, int n) throws WebSocketException {
    if (n < 126) {
      return n;
    }
    if (Opcode.isControl(opcode)) {
      throw WebSocketException.protocol("control frame of more than 125 bytes");
    }
    long size = n == 126 ? in.readUnsignedShort() : in.readLong();
    if (size < 0 || size < (n == 126 ? 126 : 0x10000)) {
      throw WebSocketException.protocol("payload length not in its shortest form");
    }
    return size;
  }

  // ---- the payload

  /** Returns the payload if it is complete; it is still masked. */
  private byte[] readPayload(ByteBuf in) {
    int total = (int) length;
    int there = in.readableBytes();
    if (payload == null) {
      if (there >= total) {
        byte[] whole = total == 0 ? EMPTY : new byte[total];
        in.readBytes(whole);
        return whole;
      }
      payload = new byte[Math.min(total, Math.max(there, FIRST_ROOM))];
      payloadBytes = 0;
    }
    int n = Math.min(there, total - payloadBytes);
    if (payload.length - payloadBytes < n) {
      int room = (int) Math.min(total, Math.max(2L * payload.length, (long) payloadBytes + n));
      payload = Arrays.copyOf(payload, room);
    }
    in.readBytes(payload, payloadBytes, n);
    payloadBytes += n;
    if (payloadBytes < total) {
      return null;
    }
    byte[] whole = payload;
    payload = null;
    return whole;
  }
}
