package weir.http.client;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server as bad as a test wants it: a script runs for each connection, on a thread of its own. */
final class Peer implements Closeable {

  /** What happens on a connection. */
  interface Script {
    void run(Conversation with) throws Exception;
  }

  /** One connection, seen from the server. */
  static final class Conversation {
    final Socket socket;
    final InputStream in;
    final OutputStream out;
    final int number;

    Conversation(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
      this.number = number;
    }

    /** Reads up to the end of a request's head; null at the end of the connection. */
    String head() throws IOException {
      StringBuilder head = new StringBuilder();
      int c;
      while ((c = in.read()) >= 0) {
        head.append((char) c);
        if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
          return head.toString();
        }
      }
      return null;
    }

    void say(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Answers 200 with a body of known length. */
    void answer(String body) throws IOException {
      say("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /** Closes with a reset. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits until the client has closed the connection. */
    void awaitClose() throws IOException {
      try {
        while (in.read() >= 0) {}
      } catch (IOException reset) {
        // also an end
      }
    }
  }

  private final ServerSocket socket;
  private final Script script;
  private final AtomicInteger accepted = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  Peer(Script script) throws IOException {
    this.socket = new ServerSocket(0, 1024, InetAddress.getByName("127.0.0.1"));
    this.script = script;
    start("peer-accept", this::accept);
  }

  private static void start(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      for (; ; ) {
        Socket s = socket.accept();
        open.add(s);
        int number = accepted.incrementAndGet();
        start("peer-" + number, () -> serve(s, number));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket s, int number) {
    try (s) {
      script.run(new Conversation(s, number));
    } catch (IOException e) {
      // the client has gone away
    } catch (Throwable t) {
      failures.add(t);
    } finally {
      open.remove(s);
    }
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort() + "/";
  }

  int port() {
    return socket.getLocalPort();
  }

  /** How many connections were accepted. */
  int accepted() {
    return accepted.get();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket s : open) {
      s.close();
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("a script of the peer failed", failures.get(0));
    }
  }
}
