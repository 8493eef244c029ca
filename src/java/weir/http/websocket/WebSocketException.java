package weir.http.websocket;

import java.io.IOException;

/** The peer broke the protocol or a limit; the connection is closed with {@link #closeCode}. */
public final class WebSocketException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int closeCode;

  WebSocketException(int closeCode, String message) {
    super(message);
    this.closeCode = closeCode;
  }

  static WebSocketException protocol(String message) {
    return new WebSocketException(CloseCode.PROTOCOL_ERROR, message);
  }

  /** Returns the code that the peer is told. */
  public int closeCode() {
    return closeCode;
  }
}
