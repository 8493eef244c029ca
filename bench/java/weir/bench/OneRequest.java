package weir.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a server once, with as few classes as can be, and ends the JVM. */
public final class OneRequest {

  private OneRequest() {}

  /** Prints {@code done} once the server on {@code port} has answered 200. */
  public static void askAndExit(int port) throws IOException {
    String answer;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }
    System.out.println(answer.equals("HTTP/1.1 200") ? "done" : answer);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
