package weir.testing;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A raw client that says over HTTP/2 what it is told in the words of HTTP/1.1, and tells in them
 * what it hears: each request is a stream, and responses are read in the order of the requests. A
 * DATA frame is told as a chunk, and the end of a stream without END_STREAM as that of the
 * connection. It gives a stream's window back when a test reads, as a socket does.
 */
public final class Http2RawClient extends RawClient implements RequestText.Listener {

  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "connection", "keep-alive", "transfer-encoding", "upgrade");
  private static final int MAX_FRAME = 16_384;
  private static final int WIDE = 1 << 30;
  private static final int WINDOW = 65_535;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final long CLOSING_MILLIS = 500;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** A request and what has come for it. */
  private static final class Exchange {
    final int id;
    final boolean toHead;
    final ArrayDeque<Object> came = new ArrayDeque<>(); // heads as text, and bytes
    long window;
    boolean sent; // our side has ended
    boolean ended; // theirs has
    boolean reset;
    String fate = "";

    Exchange(int id, boolean toHead, long window) {
      this.id = id;
      this.toHead = toHead;
      this.window = window;
    }

    boolean over() {
      return ended || reset;
    }
  }

  private final RequestText text = new RequestText(this);
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private final DataInputStream in;
  private final Thread reader;
  private final Object writing = new Object();

  // guarded by this
  private final Map<Integer, Exchange> exchanges = new HashMap<>();
  private final ArrayDeque<Exchange> unread = new ArrayDeque<>();
  private Exchange reading;
  private long window = WINDOW;
  private int initialWindow = WINDOW;
  private boolean closed;
  private String fate = "";

  // of the thread that sends
  private Exchange sending;
  private int nextStream = 1;

  public Http2RawClient(int port) throws IOException {
    super(port);
    socket().setTcpNoDelay(true);
    socket().setSoTimeout(0);
    in = new DataInputStream(socket().getInputStream());
    reader = new Thread(this::readFrames, "frames of " + socket().getLocalPort());
    reader.setDaemon(true);
    reader.start();
  }

  // ---- requests

  @Override
  public RawClient send(byte[] bytes) throws IOException {
    text.add(bytes);
    return this;
  }

  @Override
  public RawClient raw(byte[] bytes) throws IOException {
    write(bytes);
    return this;
  }

  @Override
  public void head(String method, String target, List<String> fields, boolean end)
      throws IOException {
    List<String> section = new ArrayList<>(List.of(":method", method));
    String host = RequestText.value(fields, "host");
    if (method.equals("CONNECT")) {
      section.addAll(List.of(":authority", target));
    } else {
      section.addAll(List.of(":scheme", "http", ":path", target));
      section.addAll(host == null ? List.of() : List.of(":authority", host));
    }
    addFields(section, fields);
    if (nextStream == 1) {
      write(beginning());
    }
    synchronized (this) {
      sending = new Exchange(nextStream, method.equals("HEAD"), initialWindow);
      sending.sent = end;
      exchanges.put(nextStream, sending);
      unread.add(sending);
      nextStream += 2;
    }
    write(headers(sending.id, end, section));
  }

  /** In one piece, so that nothing that is answered to the server comes before our settings. */
  private static byte[] beginning() {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.writeBytes(FrameClient.preface());
    frames.writeBytes(FrameClient.encode(FrameClient.SETTINGS, 0, 0));
    byte[] wide = FrameClient.number(WIDE);
    frames.writeBytes(FrameClient.encode(FrameClient.WINDOW_UPDATE, 0, 0, wide));
    return frames.toByteArray();
  }

  private static void addFields(List<String> section, List<String> fields) {
    for (int i = 0; i < fields.size(); i += 2) {
      if (!OF_THE_CONNECTION.contains(fields.get(i))) {
        section.addAll(fields.subList(i, i + 2));
      }
    }
  }

  /** Returns HEADERS and as many CONTINUATIONs as it takes. */
  private static byte[] headers(int stream, boolean end, List<String> section) {
    byte[] bytes = FrameClient.section(section.toArray(new String[0]));
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int at = 0; at == 0 || at < bytes.length; at += MAX_FRAME) {
      int to = Math.min(bytes.length, at + MAX_FRAME);
      int flags = to == bytes.length ? FrameClient.END_HEADERS : 0;
      frames.writeBytes(
          FrameClient.encode(
              at == 0 ? FrameClient.HEADERS : FrameClient.CONTINUATION,
              at == 0 && end ? flags | FrameClient.END_STREAM : flags,
              stream,
              Arrays.copyOfRange(bytes, at, to)));
    }
    return frames.toByteArray();
  }

  /** Sends as the windows allow. What a server does not want any more is dropped. */
  @Override
  public void data(byte[] bytes, boolean end) throws IOException {
    int at = 0;
    do {
      int n = claim(Math.min(MAX_FRAME, bytes.length - at));
      if (n < 0) {
        break;
      }
      boolean last = end && at + n == bytes.length;
      write(
          FrameClient.encode(
              FrameClient.DATA,
              last ? FrameClient.END_STREAM : 0,
              sending.id,
              Arrays.copyOfRange(bytes, at, at + n)));
      at += n;
    } while (at < bytes.length);
    sent(end);
  }

  private synchronized void sent(boolean end) {
    sending.sent |= end;
    notifyAll();
  }

  /** Waits for a window; returns how much may be sent, or -1 if nothing is wanted. */
  private synchronized int claim(int wanted) throws IOException {
    Exchange to = sending;
    await("a window", () -> closed || to.reset || wanted == 0 || Math.min(window, to.window) > 0);
    if (closed) {
      throw new IOException("the connection is closed");
    }
    if (to.reset) {
      return -1;
    }
    int n = (int) Math.min(wanted, Math.min(window, to.window));
    window -= Math.max(n, 0);
    to.window -= Math.max(n, 0);
    return wanted == 0 ? 0 : n;
  }

  @Override
  public void trailers(List<String> fields) throws IOException {
    List<String> section = new ArrayList<>();
    addFields(section, fields);
    write(headers(sending.id, true, section));
    sent(true);
  }

  private void write(byte[] bytes) throws IOException {
    synchronized (writing) {
      super.send(bytes);
    }
  }

  // ---- frames that come

  private void readFrames() {
    try {
      while (true) {
        readFrame();
      }
    } catch (IOException | Http2Exception end) {
      synchronized (this) {
        closed = true;
        fate += " " + end;
        notifyAll();
      }
    }
  }

  private void readFrame() throws IOException, Http2Exception {
    byte[] head = new byte[9];
    in.readFully(head);
    ByteBuffer b = ByteBuffer.wrap(head);
    int length = (b.get() & 0xff) << 16 | b.getShort() & 0xffff;
    int type = b.get();
    int flags = b.get();
    int stream = b.getInt();
    byte[] payload = new byte[length];
    in.readFully(payload);
    if (type == FrameClient.SETTINGS && (flags & FrameClient.ACK) == 0) {
      write(FrameClient.encode(FrameClient.SETTINGS, FrameClient.ACK, 0));
    }
    synchronized (this) {
      note(type, flags, exchanges.get(stream), payload);
      notifyAll();
    }
  }

  private void note(int type, int flags, Exchange of, byte[] payload) throws Http2Exception {
    switch (type) {
      case FrameClient.HEADERS -> of.came.add(decode(of.id, payload));
      case FrameClient.DATA -> {
        if (payload.length > 0) {
          of.came.add(payload);
        }
      }
      case FrameClient.RST_STREAM -> {
        of.reset = true;
        of.fate = "RST_STREAM " + ByteBuffer.wrap(payload).getInt();
      }
      case FrameClient.GOAWAY -> fate = "GOAWAY " + ByteBuffer.wrap(payload).getInt(4);
      case FrameClient.SETTINGS -> settings(ByteBuffer.wrap(payload));
      case FrameClient.WINDOW_UPDATE -> {
        int more = ByteBuffer.wrap(payload).getInt();
        if (of == null) {
          window += more;
        } else {
          of.window += more;
        }
      }
      default -> {
        return;
      }
    }
    if (type <= FrameClient.HEADERS) {
      of.ended |= (flags & FrameClient.END_STREAM) != 0;
    }
  }

  private void settings(ByteBuffer settings) {
    while (settings.remaining() >= 6) {
      int id = settings.getShort();
      int value = settings.getInt();
      if (id == INITIAL_WINDOW_SIZE) {
        exchanges.values().forEach(e -> e.window += value - initialWindow);
        initialWindow = value;
      }
    }
  }

  /** Returns fields as lines, the status as a status line. */
  private String decode(int stream, byte[] payload) throws Http2Exception {
    Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
    StringBuilder lines = new StringBuilder();
    headers.forEach(
        e -> {
          if (e.getKey().toString().equals(":status")) {
            lines.append("HTTP/2.0 ").append(e.getValue()).append("\r\n");
          } else {
            lines.append(e.getKey()).append(": ").append(e.getValue()).append("\r\n");
          }
        });
    return lines.toString();
  }

  // ---- responses

  private synchronized void await(String what, BooleanSupplier condition) throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.getAsBoolean()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new IOException("did not come within 20 s: " + what);
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  /** Waits for the next thing of a response; null if it has ended as it should. */
  private synchronized Object next() throws IOException {
    Exchange of = reading;
    await("more of stream " + of.id, () -> closed || of.over() || !of.came.isEmpty());
    Object next = of.came.poll();
    if (next == null && !of.ended) {
      throw new EOFException("stream " + of.id + " was cut: " + of.fate + fate);
    }
    return next;
  }

  private void giveBack(int n) throws IOException {
    boolean wanted;
    synchronized (this) {
      wanted = !closed && !reading.over();
    }
    if (wanted) {
      write(FrameClient.encode(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(n)));
      write(FrameClient.encode(FrameClient.WINDOW_UPDATE, 0, reading.id, FrameClient.number(n)));
    }
  }

  @Override
  public String readHead() throws IOException {
    synchronized (this) {
      if (reading == null || reading.came.isEmpty() && reading.over()) {
        await("a request", () -> closed || !unread.isEmpty());
        if (unread.isEmpty()) {
          throw new EOFException("the connection is closed");
        }
        reading = unread.poll();
      }
    }
    Object head = next();
    if (head instanceof String lines) {
      return lines;
    }
    throw new EOFException("the end, or data, where a head should be: " + head);
  }

  @Override
  public Response read(boolean toHead) throws IOException {
    String head = readHead();
    int status = Integer.parseInt(head.substring(9, 12));
    if (status < 200) {
      return new Response(status, head, new byte[0], 0);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String trailers = "";
    int chunks = 0;
    for (Object next; (next = next()) != null; ) {
      if (next instanceof byte[] bytes) {
        body.writeBytes(bytes);
        giveBack(bytes.length);
        chunks++;
      } else {
        trailers = (String) next;
      }
    }
    if (reading.toHead != toHead) {
      throw new IllegalStateException("HEAD: " + reading.toHead + ", the test says " + toHead);
    }
    return new Response(status, head, body.toByteArray(), chunks, trailers);
  }

  @Override
  public byte[] readChunk() throws IOException {
    byte[] chunk = (byte[]) next();
    if (chunk != null) {
      giveBack(chunk.length);
    }
    return chunk;
  }

  @Override
  public int readChunkSize() throws IOException {
    byte[] chunk = readChunk();
    return chunk == null ? 0 : chunk.length;
  }

  @Override
  public String readLine() {
    throw new UnsupportedOperationException("HTTP/2 has no lines");
  }

  /** Reads frames of data, and leaves what is too much. */
  @Override
  public String readText(int n) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (text.size() < n) {
      byte[] chunk = readChunk();
      if (chunk == null) {
        throw new EOFException("end after " + text.size() + " of " + n + " bytes");
      }
      int used = Math.min(chunk.length, n - text.size());
      text.write(chunk, 0, used);
      if (used < chunk.length) {
        unread(Arrays.copyOfRange(chunk, used, chunk.length));
      }
    }
    return text.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String readChunks(int n) throws IOException {
    return readText(n);
  }

  private synchronized void unread(byte[] rest) {
    reading.came.addFirst(rest);
  }

  @Override
  public String rest() throws IOException {
    StringBuilder rest = new StringBuilder();
    try {
      for (Object next; (next = next()) != null; ) {
        if (next instanceof byte[] bytes) {
          rest.append(new String(bytes, StandardCharsets.ISO_8859_1));
          giveBack(bytes.length);
        } else {
          rest.append(next);
        }
      }
    } catch (EOFException cut) {
      return rest + "cut";
    }
    return rest.toString();
  }

  /** A stream that was reset or answered before its end came is at its end, too. */
  @Override
  public synchronized boolean atEnd() throws IOException {
    Exchange of = reading;
    if (of == null || of.ended && of.sent) {
      await("the end of the connection", () -> closed);
      return true;
    }
    await("the end of stream " + of.id, () -> closed || of.reset || !of.came.isEmpty());
    return of.came.isEmpty();
  }

  @Override
  public void assertLast(Response response) throws IOException {
    assertNoConnectionField(response.head());
    Exchange of = reading;
    synchronized (this) {
      await("the end of stream " + of.id, () -> closed || of.reset || of.sent);
      if (closed) {
        throw new AssertionError("one request has cost the connection of all");
      }
    }
  }

  @Override
  public void assertLastOfAll(Response response) throws IOException {
    assertNoConnectionField(response.head());
    await("the end of the connection", () -> closed);
  }

  @Override
  public void assertKept(Response response) {
    assertNoConnectionField(response.head());
  }

  @Override
  public void assertStreamed(String head) {
    assertNoConnectionField(head);
    if (Response.header(head, "content-length") != null) {
      throw new AssertionError("expected no length: " + head);
    }
  }

  private static void assertNoConnectionField(String head) {
    for (String name : List.of("connection", "transfer-encoding", "keep-alive")) {
      if (Response.header(head, name) != null) {
        throw new AssertionError("HTTP/2 has no such field: " + head);
      }
    }
  }

  /** Sends an end first: a socket that is closed with frames unread loses what it has just sent. */
  @Override
  public void close() throws IOException {
    if (!socket().isClosed()) {
      try {
        socket().shutdownOutput();
        reader.join(CLOSING_MILLIS);
      } catch (SocketException gone) {
        // the server was quicker
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    super.close();
  }

  /** Takes all requests back. */
  @Override
  public void leave() throws IOException {
    List<Exchange> open;
    synchronized (this) {
      open = exchanges.values().stream().filter(e -> !e.over() || !e.sent).toList();
    }
    for (Exchange e : open) {
      byte[] cancel = FrameClient.number(FrameClient.CANCEL);
      write(FrameClient.encode(FrameClient.RST_STREAM, 0, e.id, cancel));
    }
  }
}
