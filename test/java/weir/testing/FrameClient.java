package weir.testing;

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
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP/2 peer that sends exactly the frames it is told to. Field sections are sent as literals. */
public final class FrameClient implements Closeable {

  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;

  public static final int NO_ERROR = 0;
  public static final int PROTOCOL_ERROR = 1;
  public static final int INTERNAL_ERROR = 2;
  public static final int STREAM_CLOSED = 5;
  public static final int REFUSED_STREAM = 7;
  public static final int CANCEL = 8;
  public static final int ENHANCE_YOUR_CALM = 11;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final int NOT_RESET = -1;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private final Map<Integer, Response> responses = new HashMap<>();
  private boolean acknowledging = true;

  /** One frame as it was read. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    /** Returns the 32 bits at an index. */
    public int number(int at) {
      return ByteBuffer.wrap(payload).getInt(at);
    }
  }

  /** What has come on one stream. */
  public static final class Response {
    public final List<Map<String, String>> heads = new ArrayList<>();
    public Map<String, String> trailers;
    public final ByteArrayOutputStream body = new ByteArrayOutputStream();
    public boolean ended;
    public int reset = NOT_RESET;
    public int resets;

    /** Returns the status of the final response, or 0. */
    public int status() {
      Map<String, String> head = head();
      return head == null ? 0 : Integer.parseInt(head.get(":status"));
    }

    /** Returns the final head, or null. */
    public Map<String, String> head() {
      for (Map<String, String> head : heads) {
        if (!head.get(":status").startsWith("1")) {
          return head;
        }
      }
      return null;
    }

    public String text() {
      return body.toString(StandardCharsets.UTF_8);
    }
  }

  /** Connects, and sends the preface with empty settings. */
  public FrameClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
    send(PREFACE);
    frame(SETTINGS, 0, 0);
  }

  /** Speaks on a socket on which nothing was said yet. */
  public FrameClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Never says that it has heard of our settings. */
  public FrameClient neverAcknowledging() {
    acknowledging = false;
    return this;
  }

  public Socket socket() {
    return socket;
  }

  public FrameClient send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  public static byte[] preface() {
    return PREFACE.clone();
  }

  /** Returns a frame's bytes. */
  public static byte[] encode(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  public FrameClient frame(int type, int flags, int stream, byte... payload) throws IOException {
    return send(encode(type, flags, stream, payload));
  }

  /** Returns names and values as literals that are not indexed (RFC 7541 §6.2.2). */
  public static byte[] section(String... namesAndValues) {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      section.write(0);
      text(section, namesAndValues[i]);
      text(section, namesAndValues[i + 1]);
    }
    return section.toByteArray();
  }

  private static void text(ByteArrayOutputStream to, String text) {
    int n = text.length();
    if (n < 127) {
      to.write(n);
    } else {
      to.write(127);
      for (n -= 127; n >= 128; n >>= 7) {
        to.write(n & 127 | 128);
      }
      to.write(n);
    }
    to.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends a HEADERS frame with exactly these fields. */
  public FrameClient fields(int stream, boolean end, String... fields) throws IOException {
    return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, section(fields));
  }

  /** Sends the head of a request. */
  public FrameClient request(int stream, boolean end, String method, String path, String... fields)
      throws IOException {
    String[] all = new String[8 + fields.length];
    List.of(":method", method, ":scheme", "http", ":authority", "test", ":path", path).toArray(all);
    System.arraycopy(fields, 0, all, 8, fields.length);
    return fields(stream, end, all);
  }

  public FrameClient get(int stream, String path, String... fields) throws IOException {
    return request(stream, true, "GET", path, fields);
  }

  public FrameClient data(int stream, boolean end, String text) throws IOException {
    return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public FrameClient reset(int stream, int error) throws IOException {
    return frame(RST_STREAM, 0, stream, number(error));
  }

  public FrameClient window(int stream, int more) throws IOException {
    return frame(WINDOW_UPDATE, 0, stream, number(more));
  }

  public static byte[] number(int n) {
    return ByteBuffer.allocate(4).putInt(n).array();
  }

  /** Reads the next frame. */
  public Frame read() throws IOException {
    byte[] head = new byte[9];
    in.readFully(head);
    ByteBuffer b = ByteBuffer.wrap(head);
    int length = (b.get() & 0xff) << 16 | b.getShort() & 0xffff;
    Frame frame = new Frame(b.get(), b.get(), b.getInt(), new byte[length]);
    in.readFully(frame.payload());
    note(frame);
    return frame;
  }

  private void note(Frame frame) throws IOException {
    Response response = responses.computeIfAbsent(frame.stream(), s -> new Response());
    switch (frame.type()) {
      case HEADERS -> {
        Map<String, String> fields = decode(frame);
        if (fields.containsKey(":status")) {
          response.heads.add(fields);
        } else {
          response.trailers = fields;
        }
      }
      case DATA -> response.body.writeBytes(frame.payload());
      case RST_STREAM -> {
        response.reset = frame.number(0);
        response.resets++;
      }
      case SETTINGS -> {
        if (acknowledging && (frame.flags() & ACK) == 0) {
          frame(SETTINGS, ACK, 0);
        }
        return;
      }
      default -> {
        return;
      }
    }
    response.ended |= frame.type() != RST_STREAM && (frame.flags() & END_STREAM) != 0;
  }

  private Map<String, String> decode(Frame frame) throws IOException {
    try {
      Http2Headers headers =
          decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
      Map<String, String> fields = new TreeMap<>();
      headers.forEach(
          e -> fields.merge(e.getKey().toString(), e.getValue().toString(), (a, c) -> a + "," + c));
      return fields;
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
  }

  /** Reads until a stream has ended, or was reset. */
  public Response response(int stream) throws IOException {
    Response response = responses.computeIfAbsent(stream, s -> new Response());
    while (!response.ended && response.reset < 0) {
      Frame frame = read();
      if (frame.type() == GOAWAY && frame.number(4) != 0) {
        throw new IOException("GOAWAY " + frame.number(4) + " while waiting for " + stream);
      }
    }
    return response;
  }

  /** Returns what has come on a stream so far. */
  public Response soFar(int stream) {
    return responses.computeIfAbsent(stream, s -> new Response());
  }

  /** Reads until a stream was reset, and returns the error. */
  public int awaitReset(int stream) throws IOException {
    while (soFar(stream).reset < 0) {
      read();
    }
    return soFar(stream).reset;
  }

  /** Reads until the final head of a stream has come. */
  public Map<String, String> awaitHead(int stream) throws IOException {
    while (soFar(stream).head() == null) {
      read();
    }
    return soFar(stream).head();
  }

  /** Reads until a frame of that type comes. */
  public Frame await(int type) throws IOException {
    for (; ; ) {
      Frame frame = read();
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  /** Reads until GOAWAY, and returns its error. */
  public int goAway() throws IOException {
    return await(GOAWAY).number(4);
  }

  /** Reads to the end of the connection; returns whether it has ended. */
  public boolean atEnd() throws IOException {
    try {
      while (true) {
        read();
      }
    } catch (EOFException | SocketException end) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
