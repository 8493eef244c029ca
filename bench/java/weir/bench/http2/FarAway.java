package weir.bench.http2;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Response;

/**
 * Sends a large body up and down between this client and this server, over HTTP/1.1 and over HTTP/2,
 * through a relay that holds back each direction for a while. Each round is on a fresh connection, whose
 * windows have to find out how long the way is, and on one that was of use before.
 *
 * <p>Arguments: megabytes, milliseconds for each direction, rounds.
 */
public final class FarAway {

  private static final int CHUNK = 64 * 1024;

  private FarAway() {}

  /** Measures, and prints the medians. */
  public static void main(String[] args) throws Exception {
    int megabytes = Integer.parseInt(args[0]);
    long millis = Long.parseLong(args[1]);
    int rounds = Integer.parseInt(args[2]);
    byte[] body = new byte[megabytes * 1_000_000];
    try (HttpServer server =
        HttpServer.builder()
            .port(0)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(
                r ->
                    r.path().equals("/down")
                        ? Reply.of(200).body(body)
                        : Reply.text("" + drain((InputStream) r.body())))
            .start()) {
      Relay relay = new Relay(server.port(), millis);
      double[][] fresh = new double[4][rounds];
      double[][] used = new double[4][rounds];
      for (int round = -1; round < rounds; round++) { // the first is not counted
        for (int kind = 0; kind < 4; kind++) {
          try (HttpClient client = HttpClient.builder().priorKnowledge(kind % 2 == 1).build()) {
            double first = transfer(client, relay.port(), kind < 2, body);
            double second = transfer(client, relay.port(), kind < 2, body);
            if (round >= 0) {
              fresh[kind][round] = first;
              used[kind][round] = second;
            }
          }
        }
      }
      print("up, fresh connection", megabytes, fresh[0], fresh[1]);
      print("up, used before", megabytes, used[0], used[1]);
      print("down, fresh connection", megabytes, fresh[2], fresh[3]);
      print("down, used before", megabytes, used[2], used[3]);
    }
    System.exit(0);
  }

  private static void print(String what, int megabytes, double[] older, double[] newer) {
    double http1 = megabytes / median(older);
    double http2 = megabytes / median(newer);
    System.out.printf(
        "%-22s HTTP/1.1 %5.0f MB/s, HTTP/2 %5.0f MB/s, %.2f of it%n",
        what, http1, http2, http2 / http1);
  }

  private static double median(double[] of) {
    Arrays.sort(of);
    return of[of.length / 2];
  }

  private static double transfer(HttpClient client, int port, boolean up, byte[] body)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.get("http://localhost:" + port + "/down");
    if (up) {
      request.url("http://localhost:" + port + "/up").method("POST").body(body);
    }
    long began = System.nanoTime();
    Response response = client.send(request.build()).await(60, TimeUnit.SECONDS);
    long read = drain((InputStream) response.body());
    if (!up && read != body.length) {
      throw new IOException(read + " bytes have come");
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private static long drain(InputStream in) throws IOException {
    byte[] buffer = new byte[CHUNK];
    long n = 0;
    for (int read; (read = in.read(buffer)) >= 0; ) {
      n += read;
    }
    return n;
  }

  /** Takes connections to a port, and delivers everything so much later, in both directions. */
  private static final class Relay {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int to;
    private final long nanos;

    Relay(int to, long millis) throws IOException {
      this.to = to;
      this.nanos = Duration.ofMillis(millis).toNanos();
      start(this::accept);
    }

    int port() {
      return socket.getLocalPort();
    }

    private void accept() throws IOException {
      while (true) {
        Socket client = socket.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        deliver(client, server);
        deliver(server, client);
      }
    }

    private void deliver(Socket from, Socket to) {
      BlockingQueue<Late> way = new LinkedBlockingQueue<>();
      start(
          () -> {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[CHUNK];
            for (int n = 0; n >= 0; ) {
              n = in.read(buffer);
              way.add(new Late(System.nanoTime() + nanos, n < 0 ? null : Arrays.copyOf(buffer, n)));
            }
          });
      start(
          () -> {
            OutputStream out = to.getOutputStream();
            for (Late late = way.take(); late.bytes != null; late = way.take()) {
              TimeUnit.NANOSECONDS.sleep(late.due - System.nanoTime());
              out.write(late.bytes);
            }
            to.shutdownOutput();
          });
    }
  }

  private record Late(long due, byte[] bytes) {}

  private interface Work {
    void run() throws Exception;
  }

  /** The end of a connection is the end of its threads. */
  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                if (!(e instanceof IOException)) {
                  throw new IllegalStateException(e);
                }
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }
}
