package weir.http.websocket;

import java.nio.charset.StandardCharsets;

/**
 * Makes messages of frames: joins fragments, decompresses, checks that text is UTF-8 and that nothing
 * outgrows its limit. Only for the event loop.
 */
final class MessageAssembler implements FrameDecoder.Sink {

  /** Takes what was assembled. Arrays are the receiver's. */
  interface Receiver {
    void text(byte[] utf8);

    void binary(byte[] data);

    /** A piece of a message that is not assembled, decompressed already. */
    void fragment(boolean last, int reserved, int opcode, byte[] data);

    void pinged(byte[] data);

    void ponged(byte[] data);

    /** The peer closes: 1005 and "" if it says no more. */
    void peerClosed(int code, String reason);
  }

  private static final int FIRST_ROOM = 256;

  private final Receiver receiver;
  private final int maxMessage;
  private final boolean raw;
  private final MessageInflater inflater;

  // The message whose fragments are coming.
  private int opcode;
  private int reserved;
  private boolean compressed;
  private GrowingBytes message;
  private Utf8 utf8;

  /**
   * @param maxMessage bytes that a message of several frames, or one that was compressed, may have
   * @param raw pass on fragments as they come
   * @param inflater null without compression
   */
  MessageAssembler(Receiver receiver, int maxMessage, boolean raw, MessageInflater inflater) {
    this.receiver = receiver;
    this.maxMessage = maxMessage;
    this.raw = raw;
    this.inflater = inflater;
  }

  @Override
  public void frame(boolean last, int bits, int code, byte[] payload) throws WebSocketException {
    if (Opcode.isControl(code)) {
      control(code, payload);
      return;
    }
    if (code != Opcode.CONTINUATION) {
      opcode = code;
      compressed = inflater != null && (bits & FrameDecoder.RSV1) != 0;
      reserved = compressed ? bits & ~FrameDecoder.RSV1 : bits;
      if (last && !compressed && !raw) {
        whole(payload);
        return;
      }
    }
    if (raw) {
      fragment(last, code, bits, payload);
    } else {
      join(last, payload);
    }
  }

  private void whole(byte[] payload) throws WebSocketException {
    if (opcode == Opcode.TEXT && !Utf8.isValid(payload)) {
      throw notUtf8();
    }
    deliver(payload);
  }

  private void join(boolean last, byte[] payload) throws WebSocketException {
    if (message == null) {
      message = new GrowingBytes(Math.max(FIRST_ROOM, payload.length * 2), maxMessage);
    }
    int before = message.size();
    expand(last, payload, message);
    checkText(last, message.array(), before, message.size());
    if (last) {
      byte[] all = message.toByteArray();
      message = null;
      deliver(all);
    }
  }

  private void fragment(boolean last, int code, int bits, byte[] payload)
      throws WebSocketException {
    byte[] data = payload;
    if (compressed) {
      GrowingBytes out = new GrowingBytes(Math.max(FIRST_ROOM, payload.length * 2), maxMessage);
      expand(last, payload, out);
      data = out.toByteArray();
    }
    checkText(last, data, 0, data.length);
    int shown = code == Opcode.CONTINUATION ? bits : reserved;
    receiver.fragment(last, shown, code, data);
  }

  private void expand(boolean last, byte[] payload, GrowingBytes out) throws WebSocketException {
    if (!compressed) {
      out.add(payload);
      return;
    }
    inflater.inflate(payload, out);
    if (last) {
      inflater.end(out);
    }
  }

  private void checkText(boolean last, byte[] bytes, int from, int to) throws WebSocketException {
    if (opcode != Opcode.TEXT) {
      return;
    }
    if (utf8 == null) {
      utf8 = new Utf8();
    }
    if (!utf8.accept(bytes, from, to) || last && !utf8.end()) {
      throw notUtf8();
    }
  }

  private static WebSocketException notUtf8() {
    return new WebSocketException(CloseCode.BAD_DATA, "text that is not UTF-8");
  }

  private void deliver(byte[] data) {
    if (opcode == Opcode.TEXT) {
      receiver.text(data);
    } else {
      receiver.binary(data);
    }
  }

  // ---- control frames

  private void control(int code, byte[] payload) throws WebSocketException {
    switch (code) {
      case Opcode.PING -> receiver.pinged(payload);
      case Opcode.PONG -> receiver.ponged(payload);
      default -> close(payload);
    }
  }

  private void close(byte[] payload) throws WebSocketException {
    if (payload.length == 0) {
      receiver.peerClosed(CloseCode.NONE, "");
      return;
    }
    if (payload.length == 1) {
      throw WebSocketException.protocol("close frame with half a code");
    }
    int code = (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    if (!CloseCode.isLegal(code)) {
      throw WebSocketException.protocol("close code " + code + " must not be sent");
    }
    Utf8 check = new Utf8();
    if (!check.accept(payload, 2, payload.length) || !check.end()) {
      throw new WebSocketException(CloseCode.BAD_DATA, "close reason that is not UTF-8");
    }
    receiver.peerClosed(code, new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
  }

  void release() {
    if (inflater != null) {
      inflater.close();
    }
    message = null;
  }
}
