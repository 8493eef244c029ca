package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import manifold.stream.core.IEventStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bodies that are in memory as a whole, and how to let go of those that are not sent. */
public final class Bodies {

  private static final Logger LOG = LoggerFactory.getLogger(Bodies.class);
  private static final byte[] EMPTY = {};

  /** Says that a body has to be streamed. */
  public static final Object NOT_CONTIGUOUS = new Object();

  private Bodies() {}

  /**
   * Returns the body as byte[] or ByteBuf, or {@link #NOT_CONTIGUOUS}.
   *
   * @param contentType the message's content type, whose charset encodes strings; may be null
   */
  public static Object contiguous(Object body, String contentType) {
    if (body == null) {
      return EMPTY;
    }
    if (body instanceof String s) {
      return s.getBytes(charset(contentType));
    }
    if (body instanceof byte[] || body instanceof ByteBuf) {
      return body;
    }
    if (body instanceof ByteBuffer buffer) {
      return Unpooled.wrappedBuffer(buffer.duplicate());
    }
    // What the server itself hands out for small request bodies; a subclass may do anything.
    if (body.getClass() == ByteArrayInputStream.class || body instanceof GatheredBody) {
      return ((ByteArrayInputStream) body).readAllBytes();
    }
    return NOT_CONTIGUOUS;
  }

  /** Returns the number of bytes of what {@link #contiguous} has returned. */
  public static int length(Object content) {
    return content instanceof byte[] bytes ? bytes.length : ((ByteBuf) content).readableBytes();
  }

  /** Releases or closes a body that will not be sent. */
  public static void discard(Object body) {
    try {
      if (body instanceof Closeable closeable) {
        closeable.close();
      } else if (body instanceof StreamedContent content) {
        content.discard();
      } else if (body instanceof IEventStream stream) {
        stream.close();
      } else if (body instanceof StreamingBody streaming) {
        streaming.discard();
      } else {
        ReferenceCountUtil.release(body);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("could not close a body of {}", body.getClass(), e);
    }
  }

  /** Returns the charset that the content type names, UTF-8 if it names none that we know. */
  public static Charset charset(String contentType) {
    int at = contentType == null ? -1 : indexOfCharset(contentType);
    if (at < 0) {
      return StandardCharsets.UTF_8;
    }
    int end = contentType.indexOf(';', at);
    String name = contentType.substring(at, end < 0 ? contentType.length() : end).trim();
    try {
      return Charset.forName(name.replace("\"", ""));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      LOG.debug("unknown charset in the content type \"{}\"; using UTF-8", contentType);
      return StandardCharsets.UTF_8;
    }
  }

  private static int indexOfCharset(String contentType) {
    if (contentType.indexOf('=') < 0) {
      return -1;
    }
    int at = contentType.toLowerCase(Locale.ROOT).indexOf("charset=");
    return at < 0 ? -1 : at + "charset=".length();
  }
}
