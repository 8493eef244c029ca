package weir.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import weir.http.HttpServer;
import weir.http.Reply;

/**
 * Asks 100,000 times on 32 keep-alive connections; halfway a successor takes the listening socket and
 * the first server stops. Three times; prints what was cut or refused.
 */
public final class Handover {

  private static final int REQUESTS = 100_000;
  private static final int CLIENTS = 32;

  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final CountDownLatch half = new CountDownLatch(1);
  private int port;

  private Handover() {}

  /** Runs all of it; the exit code is 1 if a request was lost. */
  public static void main(String[] args) throws Exception {
    int lost = 0;
    for (int i = 1; i <= 3; i++) {
      lost += new Handover().run(i);
    }
    System.exit(lost == 0 ? 0 : 1);
  }

  private int run(int number) throws Exception {
    long from = System.nanoTime();
    try (ServerSocketChannel socket = ServerSocketChannel.open()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
      port = socket.socket().getLocalPort();
      HttpServer first = start(socket);
      Thread[] clients = new Thread[CLIENTS];
      for (int i = 0; i < CLIENTS; i++) {
        clients[i] = new Thread(this::ask);
        clients[i].start();
      }
      half.await();
      HttpServer successor = start(socket);
      boolean graceful = first.shutdown(Duration.ofSeconds(15)).await();
      int during = answered.get();
      for (Thread client : clients) {
        client.join();
      }
      successor.shutdown(Duration.ZERO).await();
      System.out.printf(
          "%d. %d answered, %d of them by the successor; %d lost; %d connections told to close; %s; %.1f s%n",
          number,
          answered.get(),
          answered.get() - during,
          lost.get(),
          told.get(),
          graceful ? "stopped by itself" : "stopped by force",
          (System.nanoTime() - from) / 1e9);
    }
    return lost.get();
  }

  private static HttpServer start(ServerSocketChannel socket) {
    return HttpServer.builder().listenSocket(socket).handler(r -> Reply.text("hello")).start();
  }

  private void ask() {
    int left = REQUESTS / CLIENTS;
    while (left > 0) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setTcpNoDelay(true);
        left = askOn(socket, left);
      } catch (IOException e) {
        lost.incrementAndGet();
        left--;
      }
    }
  }

  private int askOn(Socket socket, int requests) throws IOException {
    byte[] request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    InputStream in = new BufferedInputStream(socket.getInputStream());
    for (int left = requests; left > 0; left--) {
      socket.getOutputStream().write(request);
      boolean close = readAnswer(in);
      if (answered.incrementAndGet() == REQUESTS / 2) {
        half.countDown();
      }
      if (close) {
        told.incrementAndGet();
        return left - 1;
      }
    }
    return 0;
  }

  /** Returns whether the answer tells that the connection closes. */
  private static boolean readAnswer(InputStream in) throws IOException {
    boolean close = false;
    String line = readLine(in);
    if (!line.equals("HTTP/1.1 200 OK")) {
      throw new IOException(line);
    }
    while (!line.isEmpty()) {
      close |= line.equals("Connection: Close");
      line = readLine(in);
    }
    if (in.readNBytes(5).length < 5) {
      throw new IOException("cut");
    }
    return close;
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("cut");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
