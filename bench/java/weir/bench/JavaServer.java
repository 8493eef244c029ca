package weir.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;

/** Weir through its Java API: {@code none} calls the handler on the event loop. */
public final class JavaServer {

  private JavaServer() {}

  /** Starts the server on a free port of the loopback address. */
  public static void main(String[] args) throws IOException {
    HttpServer.Builder builder =
        HttpServer.builder()
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .eventLoopThreads(1)
            .handler(JavaServer::answer);
    if (args.length > 0 && args[0].equals("none")) {
      builder.onEventLoop();
    }
    Control.serve(builder.start().port());
  }

  private static Reply answer(Request request) {
    return switch (request.path()) {
      case "/" -> Reply.text(Payload.PLAIN);
      case "/16k" -> Reply.text(Payload.LARGE);
      default -> Reply.of(200).body(request.body());
    };
  }
}
