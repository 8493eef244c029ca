package weir.http.websocket;

import weir.deferred.Deferred;

/**
 * What can be put into the stream of a WebSocket beside messages. So a program that has only the
 * stream, or a sink in front of it, can ping and close.
 */
public final class Commands {

  private Commands() {}

  /**
   * Sends a PING.
   *
   * @param answer realized with true when the PONG comes, with false when the connection ends before
   */
  public record Ping(byte[] payload, Deferred<Object> answer) {
    /** Checks the payload: at most 125 bytes. */
    public Ping {
      Opcode.checkControl(payload);
    }
  }

  /**
   * Starts the closing handshake.
   *
   * @param code -1 for none
   * @param answer realized with whether this has started it
   */
  public record Close(int code, String reason, Deferred<Object> answer) {
    /** Checks what is to be sent. */
    public Close {
      CloseCode.check(code, reason);
    }
  }
}
