package weir.http.websocket;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A WebSocket client that sends exactly the frames it is told to, right or wrong. */
final class RawWebSocket implements Closeable {

  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final int TIMEOUT_MILLIS = 20_000;

  /** A frame as it came. */
  record Frame(int first, byte[] payload) {
    int opcode() {
      return first & 0xf;
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** Returns the code of a Close, 0 if it has none. */
    int code() {
      return payload.length < 2 ? 0 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }

    String reason() {
      return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private String head;

  RawWebSocket(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Connects and shakes hands. */
  static RawWebSocket open(int port, String... headers) throws IOException {
    RawWebSocket client = new RawWebSocket(port);
    client.write(handshake(headers).getBytes(StandardCharsets.ISO_8859_1));
    String head = client.readHead();
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new IOException("handshake refused: " + head);
    }
    return client;
  }

  static String handshake(String... headers) {
    StringBuilder s = new StringBuilder("GET /ws HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\n");
    s.append("Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    s.append("Sec-WebSocket-Key: ").append(KEY).append("\r\n");
    for (String header : headers) {
      s.append(header).append("\r\n");
    }
    return s.append("\r\n").toString();
  }

  String head() {
    return head;
  }

  String readHead() throws IOException {
    StringBuilder s = new StringBuilder();
    while (s.length() < 4 || !s.substring(s.length() - 4).equals("\r\n\r\n")) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("end within \"" + s + "\"");
      }
      s.append((char) c);
    }
    head = s.toString();
    return head;
  }

  Socket socket() {
    return socket;
  }

  InputStream in() {
    return in;
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void text(String text) throws IOException {
    write(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
  }

  void binary(byte[] data) throws IOException {
    write(frame(0x82, data));
  }

  void close(int code, String reason) throws IOException {
    write(frame(0x88, closePayload(code, reason)));
  }

  static byte[] closePayload(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + text.length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, text.length);
    return payload;
  }

  /** Encodes a masked frame. */
  static byte[] frame(int first, byte[] payload) {
    return frame(first, payload, 0x12345678);
  }

  static byte[] frame(int first, byte[] payload, int mask) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(first);
    int n = payload.length;
    if (n < 126) {
      frame.write(0x80 | n);
    } else if (n < 0x10000) {
      frame.write(0x80 | 126);
      frame.write(n >> 8);
      frame.write(n);
    } else {
      frame.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) n >> shift));
      }
    }
    for (int i = 0; i < 4; i++) {
      frame.write(mask >> 24 - 8 * i);
    }
    for (int i = 0; i < n; i++) {
      frame.write(payload[i] ^ mask >> 24 - 8 * (i & 3));
    }
    return frame.toByteArray();
  }

  Frame read() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    if (second >= 0x80) {
      throw new IOException("the server has masked a frame");
    }
    long n = second;
    if (n == 126) {
      n = in.readUnsignedShort();
    } else if (n == 127) {
      n = in.readLong();
    }
    byte[] payload = new byte[(int) n];
    in.readFully(payload);
    return new Frame(first, payload);
  }

  /** Returns whether the server has closed the connection in order, after it has sent no more. */
  boolean atEnd() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
