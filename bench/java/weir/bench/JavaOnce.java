package weir.bench;

import java.io.IOException;
import weir.http.HttpServer;
import weir.http.Reply;

/** Weir's Java API from nothing to one answer. */
public final class JavaOnce {

  private JavaOnce() {}

  /** Starts, asks, ends. */
  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.builder().port(0).handler(request -> Reply.text(Payload.PLAIN)).start();
    OneRequest.askAndExit(server.port());
  }
}
