package weir.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An HTTP/1.1 peer that sends exactly the bytes it is told to and reads responses by the RFC. */
public class RawClient implements Closeable {

  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;

  public RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = socket.getInputStream();
  }

  /** A response as it was read. */
  public record Response(int status, String head, byte[] body, int chunks, String trailers) {

    Response(int status, String head, byte[] body, int chunks) {
      this(status, head, body, chunks, "");
    }

    /** Returns the value of a field of a head. */
    public static String header(String head, String name) {
      return new Response(0, head, new byte[0], 0).header(name);
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** Returns the values of a header, in order. */
    public List<String> headers(String name) {
      List<String> found = new ArrayList<>();
      for (String line : head.split("\r\n")) {
        int colon = line.indexOf(':');
        if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
          found.add(line.substring(colon + 1).trim());
        }
      }
      return found;
    }

    /** Returns the values of a trailer, in order. */
    public List<String> trailers(String name) {
      return new Response(0, trailers, new byte[0], 0).headers(name);
    }

    /** Returns the one value of a header, or null. */
    public String header(String name) {
      List<String> all = headers(name);
      return all.isEmpty() ? null : all.get(0);
    }
  }

  public Socket socket() {
    return socket;
  }

  public RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a GET with a Host and nothing else. */
  public RawClient get(String target) throws IOException {
    return send("GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
  }

  public Response read() throws IOException {
    return read(false);
  }

  /** Reads a response; {@code toHead} says that it answers a HEAD request. */
  public Response read(boolean toHead) throws IOException {
    String head = readHead();
    int status = Integer.parseInt(head.substring(9, 12));
    Response bare = new Response(status, head, new byte[0], 0);
    if (toHead || status < 200 || status == 204 || status == 304) {
      return bare;
    }
    String coding = bare.header("transfer-encoding");
    if (coding != null && coding.toLowerCase(Locale.ROOT).contains("chunked")) {
      return readChunks(bare);
    }
    String length = bare.header("content-length");
    byte[] body = length == null ? in.readAllBytes() : exactly(Integer.parseInt(length));
    return new Response(status, head, body, 0);
  }

  /** Returns what the server still sends until it closes the connection. */
  public String rest() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      in.transferTo(rest);
    } catch (java.net.SocketException reset) {
      return rest.toString(StandardCharsets.ISO_8859_1);
    }
    return rest.toString(StandardCharsets.ISO_8859_1);
  }

  /** Returns whether the server has closed the connection, after it has sent nothing more. */
  public boolean atEnd() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  public String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("end within the head: \"" + head + "\"");
      }
      head.append((char) c);
    }
    return head.substring(0, head.length() - 2);
  }

  /** Reads one chunk, null for the last one. */
  public byte[] readChunk() throws IOException {
    int size = Integer.parseInt(readLine(), 16);
    byte[] chunk = exactly(size);
    readLine();
    return size == 0 ? null : chunk;
  }

  /** Reads as many chunks as make so many bytes. */
  public String readChunks(int n) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (text.size() < n) {
      byte[] chunk = readChunk();
      if (chunk == null) {
        throw new EOFException("end after " + text.size() + " of " + n + " bytes");
      }
      text.write(chunk);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Reads the line before a chunk; and the chunk, but not its end. */
  public int readChunkSize() throws IOException {
    int size = Integer.parseInt(readLine(), 16);
    exactly(size);
    return size;
  }

  private Response readChunks(Response bare) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int chunks = 0;
    for (int size; (size = Integer.parseInt(readLine(), 16)) > 0; chunks++) {
      body.write(exactly(size));
      readLine();
    }
    StringBuilder trailers = new StringBuilder();
    for (String line; !(line = readLine()).isEmpty(); ) {
      trailers.append(line).append("\r\n");
    }
    return new Response(bare.status, bare.head, body.toByteArray(), chunks, trailers.toString());
  }

  /** Reads a line, without its end. */
  public String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c; (c = in.read()) != '\n'; ) {
      if (c < 0) {
        throw new EOFException("end within a line: \"" + line + "\"");
      }
      line.append((char) c);
    }
    return line.toString().trim();
  }

  /** Reads so many bytes, as Latin-1. */
  public String readText(int n) throws IOException {
    return new String(exactly(n), StandardCharsets.ISO_8859_1);
  }

  private byte[] exactly(int n) throws IOException {
    byte[] bytes = in.readNBytes(n);
    if (bytes.length < n) {
      throw new EOFException("end after " + bytes.length + " of " + n + " bytes");
    }
    return bytes;
  }

  /** Sends bytes before the first request that are none of HTTP's. */
  public RawClient raw(byte[] bytes) throws IOException {
    return send(bytes);
  }

  /**
   * Asserts that the exchange of this response, read last, is over though its request may not be:
   * HTTP/1.1 closes the connection and says so, HTTP/2 resets the stream.
   */
  public void assertLast(Response response) throws IOException {
    assertConnection("Close", response);
    if (!atEnd()) {
      throw new AssertionError("more came after " + response.head());
    }
  }

  /** Asserts that the connection ends with this response, which was read last. */
  public void assertLastOfAll(Response response) throws IOException {
    assertLast(response);
  }

  /** Asserts that the connection serves more requests after this response. */
  public void assertKept(Response response) {
    assertConnection("Keep-Alive", response);
  }

  /** Asserts that a head says nothing of how long the body is, which ends all the same. */
  public void assertStreamed(String head) {
    String coding = Response.header(head, "transfer-encoding");
    if (!"chunked".equals(coding) || Response.header(head, "content-length") != null) {
      throw new AssertionError("expected chunks: " + head);
    }
  }

  private static void assertConnection(String expected, Response response) {
    if (!expected.equals(response.header("connection"))) {
      throw new AssertionError("expected Connection: " + expected + " in " + response.head());
    }
  }

  /** Gives up all requests that were sent: HTTP/1.1 has to close the connection. */
  public void leave() throws IOException {
    close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
