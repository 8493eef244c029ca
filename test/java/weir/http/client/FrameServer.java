package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of bare HTTP/2 frames without TLS, as bad as a test wants it: a script runs for each
 * connection, on a thread of its own.
 */
final class FrameServer implements Closeable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  static final int MAX_CONCURRENT_STREAMS = 3;
  static final int INITIAL_WINDOW_SIZE = 4;

  static final int NO_ERROR = 0;
  static final int PROTOCOL_ERROR = 1;
  static final int INTERNAL_ERROR = 2;
  static final int REFUSED_STREAM = 7;
  static final int CANCEL = 8;
  static final int ENHANCE_YOUR_CALM = 11;

  /** What happens on a connection. */
  interface Script {
    void run(Conversation with) throws Exception;
  }

  /** A frame as it came. */
  record Frame(int type, int flags, int stream, byte[] payload) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }

    /** Returns the number that the payload begins with. */
    long number() {
      return Unpooled.wrappedBuffer(payload).readUnsignedInt();
    }
  }

  /** A request's head. */
  record Request(int stream, Http2Headers headers, boolean ended) {}

  /** One connection, seen from the server. */
  static final class Conversation {
    private static final int PREFACE = 24;

    final int number;
    final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final ArrayDeque<Frame> unread = new ArrayDeque<>();

    Conversation(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.number = number;
      this.in = new DataInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
    }

    /** Begins a connection; the settings are pairs of a number and a value. */
    void open(long... settings) throws IOException {
      in.skipNBytes(PREFACE);
      settings(settings);
    }

    void settings(long... pairs) throws IOException {
      ByteBuf payload = Unpooled.buffer();
      for (int i = 0; i < pairs.length; i += 2) {
        payload.writeShort((int) pairs[i]).writeInt((int) pairs[i + 1]);
      }
      frame(SETTINGS, 0, 0, bytes(payload));
    }

    /** Reads the next frame that is not about settings or windows; null at the end. */
    Frame read() throws IOException {
      Frame kept = unread.poll();
      return kept != null ? kept : receive();
    }

    private Frame receive() throws IOException {
      for (; ; ) {
        Frame frame = readAny();
        if (frame == null) {
          return null;
        }
        if (frame.type == SETTINGS && !frame.has(ACK)) {
          frame(SETTINGS, ACK, 0);
        } else if (frame.type != SETTINGS && frame.type != WINDOW_UPDATE) {
          return frame;
        }
      }
    }

    /** Reads the next frame; null at the end of the connection. */
    Frame readAny() throws IOException {
      try {
        int head = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[head >>> 8];
        in.readFully(payload);
        return new Frame(head & 0xff, flags, stream, payload);
      } catch (EOFException | SocketException end) {
        return null;
      }
    }

    /** Reads up to the next request's head; null at the end. */
    Request request() throws IOException, Http2Exception {
      for (Frame frame = read(); frame != null; frame = read()) {
        if (frame.type == HEADERS) {
          Http2Headers headers =
              decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
          return new Request(frame.stream, headers, frame.has(END_STREAM));
        }
      }
      return null;
    }

    /** Reads up to a frame of that type; what comes before is dropped. */
    Frame await(int type) throws IOException {
      for (Frame frame = readAny(); frame != null; frame = readAny()) {
        if (frame.type == type && !(type == SETTINGS && frame.has(ACK))) {
          return frame;
        }
      }
      throw new EOFException("the client has closed the connection");
    }

    /** Waits until the client has closed the connection. */
    void awaitClose() throws IOException {
      while (readAny() != null) {}
    }

    private void hangUp() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    // ---- what is said

    synchronized void frame(int type, int flags, int stream, byte... payload) throws IOException {
      ByteBuf frame = Unpooled.buffer(9 + payload.length);
      frame.writeInt(payload.length << 8 | type).writeByte(flags).writeInt(stream);
      frame.writeBytes(payload);
      out.write(bytes(frame));
      out.flush();
    }

    void headers(int stream, boolean end, String... fields) throws IOException {
      frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    void data(int stream, boolean end, String text) throws IOException {
      data(stream, end, text.getBytes(StandardCharsets.UTF_8));
    }

    void data(int stream, boolean end, byte[] bytes) throws IOException {
      frame(DATA, end ? END_STREAM : 0, stream, bytes);
    }

    void reset(int stream, int code) throws IOException {
      frame(RST_STREAM, 0, stream, bytes(Unpooled.buffer().writeInt(code)));
    }

    void goAway(int lastStream, int code, String text) throws IOException {
      ByteBuf payload = Unpooled.buffer().writeInt(lastStream).writeInt(code);
      payload.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      frame(GOAWAY, 0, 0, bytes(payload));
    }

    void answer(int stream, String body) throws IOException {
      headers(stream, false, ":status", "200");
      data(stream, true, body);
    }

    private static byte[] bytes(ByteBuf buffer) {
      byte[] bytes = new byte[buffer.readableBytes()];
      buffer.readBytes(bytes);
      return bytes;
    }
  }

  /** Returns names and values as literals that nobody remembers (RFC 7541 §6.2.2). */
  static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      text(block, fields[i]);
      text(block, fields[i + 1]);
    }
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int n = bytes.length;
    if (n < 127) {
      block.write(n);
    } else {
      block.write(127);
      for (n -= 127; n >= 128; n >>>= 7) {
        block.write(n & 127 | 128);
      }
      block.write(n);
    }
    block.writeBytes(bytes);
  }

  private final ServerSocket socket;
  private final Script script;
  private final AtomicInteger accepted = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  FrameServer(Script script) throws IOException {
    this.script = script;
    this.socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort() + "/";
  }

  /** Returns how many connections were made. */
  int connections() {
    return accepted.get();
  }

  /** Returns what scripts have failed with. */
  List<Throwable> failures() {
    return failures;
  }

  private void accept() {
    try {
      for (; ; ) {
        Socket s = socket.accept();
        open.add(s);
        Conversation with = new Conversation(s, accepted.incrementAndGet());
        start(() -> converse(with));
      }
    } catch (IOException closed) {
      // the end of the test
    }
  }

  private void converse(Conversation with) {
    try {
      script.run(with);
    } catch (Throwable t) {
      if (!socket.isClosed()) {
        failures.add(t);
      }
    } finally {
      with.hangUp();
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "frame server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket s : open) {
      s.close();
    }
  }
}
