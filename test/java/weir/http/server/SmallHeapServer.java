package weir.http.server;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import weir.deferred.Deferred;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;

/**
 * A server in a JVM of its own with a small heap. Its main class prints the port, then connections and
 * bytes of heap and direct memory in use for each line that it reads; it ends with its input.
 */
public final class SmallHeapServer {

  private SmallHeapServer() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.builder()
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .asyncHandler(SmallHeapServer::answer)
            .start();
    System.out.println(server.port());
    while (System.in.read() >= 0) {
      System.gc();
      Runtime jvm = Runtime.getRuntime();
      long heap = jvm.totalMemory() - jvm.freeMemory();
      long direct = PlatformDependent.usedDirectMemory();
      System.out.println(server.connections() + " " + heap + " " + direct);
    }
    Runtime.getRuntime().halt(0);
  }

  private static Deferred<Reply> answer(Request request) throws Exception {
    Reply reply =
        switch (request.path()) {
          case "/count" ->
              Reply.text(
                  "" + ((InputStream) request.body()).transferTo(OutputStream.nullOutputStream()));
          case "/zeros" -> Reply.of(200).body(new Zeros(Long.parseLong(request.query())));
          case "/16k" -> Reply.text("x".repeat(16 * 1024));
          case "/never" -> null;
          default -> Reply.text("alive");
        };
    Deferred<Reply> result = Deferred.create(null);
    if (reply != null) {
      result.complete(reply);
    }
    return result;
  }

  /** So many bytes, made when they are read. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] buffer, int from, int length) {
      if (left <= 0) {
        return -1;
      }
      int n = (int) Math.min(length, left);
      left -= n;
      return n;
    }
  }
}
