package weir.http.websocket;

/** The kinds of frames, RFC 6455 §5.2. */
final class Opcode {

  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  /** RFC 6455 §5.5. */
  static final int MAX_CONTROL_BYTES = 125;

  private Opcode() {}

  static boolean isControl(int opcode) {
    return opcode >= CLOSE;
  }

  static boolean isKnown(int opcode) {
    return opcode <= BINARY || opcode >= CLOSE && opcode <= PONG;
  }

  static byte[] checkControl(byte[] payload) {
    if (payload.length > MAX_CONTROL_BYTES) {
      throw new IllegalArgumentException(
          "the payload of a ping or pong has " + payload.length + " bytes (expected: at most 125)");
    }
    return payload;
  }
}
