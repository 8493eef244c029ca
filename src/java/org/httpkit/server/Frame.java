package org.httpkit.server;

/** A frame of a WebSocket, for programs that send others than messages. */
public abstract class Frame {

  /** The payload; not to be changed. */
  public final byte[] data;

  private Frame(byte[] data) {
    this.data = data;
  }

  /** A PING: {@code send!} sends one when this is its data. */
  public static final class PingFrame extends Frame {

    /** As RFC 6455 §5.5 has it. */
    private static final int MAX_BYTES = 125;

    /**
     * Creates a frame.
     *
     * @param data at most 125 bytes
     */
    public PingFrame(byte[] data) {
      super(checked(data));
    }

    private static byte[] checked(byte[] data) {
      if (data.length > MAX_BYTES) {
        throw new IllegalArgumentException(
            "a PING of " + data.length + " bytes (expected: " + MAX_BYTES + " at most)");
      }
      return data;
    }
  }
}
