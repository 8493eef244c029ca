package weir.http.multipart;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import weir.bytes.Bytes;

/**
 * One part of a form that is sent.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578#section-4">RFC 7578 §4</a>
 */
public final class Part {

  private static final String BINARY = "application/octet-stream";

  private final String name;
  private final Object content;
  private final String fileName;
  private final String contentType;
  private final long length;
  private final boolean terse;

  private Part(String name, Object content, String fileName, String contentType, long length) {
    this.name = Objects.requireNonNull(name, "name");
    this.content = content;
    this.fileName = fileName;
    this.contentType = contentType;
    this.length = length;
    this.terse = false;
  }

  private Part(String name, Object content, String fileName, String contentType) {
    this.name = name;
    this.content = content;
    this.fileName = fileName;
    this.contentType = contentType;
    this.length = lengthOf(content, -1);
    this.terse = true;
  }

  /**
   * Returns a part whose header says no more than this.
   *
   * @param name null for a part that is none of a form
   * @param content what {@link #file} takes
   * @param fileName null for none
   * @param contentType null for none
   */
  public static Part of(String name, Object content, String fileName, String contentType) {
    return new Part(name, bytes(content, StandardCharsets.UTF_8), fileName, contentType);
  }

  /** Returns a field of text in UTF-8. */
  public static Part field(String name, String text) {
    return field(name, text, null);
  }

  /**
   * Returns a field.
   *
   * @param content a String, or what {@link #file} takes
   * @param charset of the text; null for UTF-8
   */
  public static Part field(String name, Object content, Charset charset) {
    Charset c = charset == null ? StandardCharsets.UTF_8 : charset;
    Object bytes = bytes(content, c);
    return new Part(name, bytes, null, "text/plain; charset=" + c.name(), lengthOf(bytes, -1));
  }

  /**
   * Returns a file.
   *
   * @param content a File or a Path, which is read while it is sent; an InputStream, which is read
   *     and closed; a String, byte[], ByteBuffer or ByteBuf; null is empty
   * @param fileName null for the name of the file
   * @param contentType null for what the file's name says, else bytes
   * @param charset of a String, and added to the type; null for neither, and UTF-8
   * @param length how many bytes an InputStream has, or -1
   * @throws IllegalArgumentException if there is no such file, or no name for it
   */
  public static Part file(
      String name,
      Object content,
      String fileName,
      String contentType,
      Charset charset,
      long length) {
    Object bytes = bytes(content, charset == null ? StandardCharsets.UTF_8 : charset);
    String file = fileName == null && bytes instanceof Path p ? "" + p.getFileName() : fileName;
    if (file == null) {
      throw new IllegalArgumentException("part " + name + " has no file name");
    }
    String type = contentType == null ? typeOf(file) : contentType;
    String all = charset == null ? type : type + "; charset=" + charset.name();
    return new Part(name, bytes, file, all, lengthOf(bytes, length));
  }

  /** Returns a file that is read while it is sent. */
  public static Part file(String name, Path file) {
    return file(name, file, null, null, null, -1);
  }

  private static String typeOf(String fileName) {
    String guess = URLConnection.guessContentTypeFromName(fileName);
    return guess == null ? BINARY : guess;
  }

  private static Object bytes(Object content, Charset charset) {
    if (content == null) {
      return new byte[0];
    }
    if (content instanceof String s) {
      return s.getBytes(charset);
    }
    if (content instanceof File || content instanceof Path) {
      return readable(content instanceof File f ? f.toPath() : (Path) content);
    }
    if (content instanceof byte[] || content instanceof InputStream) {
      return content;
    }
    return converted(content);
  }

  private static Path readable(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException("part " + path + " (expected: an existing file)");
    }
    return path;
  }

  private static Object converted(Object content) {
    try {
      if (content instanceof ByteBuf || content instanceof ByteBuffer) {
        return Bytes.toByteArray(content);
      }
      return Bytes.toInputStream(content);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "content of a part of "
              + content.getClass()
              + " (expected: a string, bytes, a buffer, an InputStream or a file)",
          e);
    }
  }

  private static long lengthOf(Object bytes, long announced) {
    if (bytes instanceof byte[] array) {
      return array.length;
    }
    try {
      return bytes instanceof Path path ? Files.size(path) : announced;
    } catch (IOException e) {
      throw new IllegalArgumentException("part " + bytes + " (expected: a readable file)", e);
    }
  }

  /** The header block, with the empty line. */
  byte[] head(Charset charset, Multipart.Mode mode) {
    if (terse) {
      return terseHead().getBytes(charset);
    }
    boolean all = mode != Multipart.Mode.BROWSER_COMPATIBLE;
    StringBuilder head = new StringBuilder("content-disposition: form-data; name=");
    quoted(head, name);
    if (fileName != null) {
      quoted(head.append("; filename="), fileName);
    }
    if (all && length >= 0) {
      head.append("\r\ncontent-length: ").append(length);
    }
    if (all || fileName != null) {
      head.append("\r\ncontent-type: ").append(line(contentType));
    }
    if (all && fileName != null) {
      head.append("\r\ncontent-transfer-encoding: binary");
    }
    return head.append("\r\n\r\n").toString().getBytes(charset);
  }

  void checkAscii() {
    for (String each : fileName == null ? new String[] {name} : new String[] {name, fileName}) {
      if (!StandardCharsets.US_ASCII.newEncoder().canEncode(each)) {
        throw new IllegalArgumentException(
            "part \"" + each + "\" (expected: a name in ASCII, or another mode than strict)");
      }
    }
  }

  private String terseHead() {
    StringBuilder head = new StringBuilder();
    if (name != null) {
      quoted(head.append("Content-Disposition: form-data; name="), name);
      if (fileName != null) {
        quoted(head.append("; filename="), fileName);
      }
      head.append("\r\n");
    }
    if (contentType != null) {
      head.append("Content-Type: ").append(line(contentType)).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  private static void quoted(StringBuilder out, String value) {
    String escaped = line(value.replace("\\", "\\\\").replace("\"", "\\\""));
    out.append('"').append(escaped).append('"');
  }

  /** Nothing gets out of its line. */
  private static String line(String value) {
    return value.replace("\r", "%0D").replace("\n", "%0A").replace("\0", "%00");
  }

  /** Opens the content. */
  InputStream open() throws IOException {
    if (content instanceof byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }
    return content instanceof Path path ? Files.newInputStream(path) : (InputStream) content;
  }

  boolean isReplayable() {
    return !(content instanceof InputStream);
  }

  /** What has to be closed if it is not read, or null. */
  InputStream unread() {
    return content instanceof InputStream in ? in : null;
  }
}
