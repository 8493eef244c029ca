package weir.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * What a Java handler answers: a status, header fields and a body. Immutable.
 *
 * <pre>{@code
 * Reply.text("hello");
 * Reply.of(201).header("location", "/things/7");
 * Reply.of(200).header("content-type", "application/json").body(bytes);
 * }</pre>
 */
public final class Reply {

  /** Header fields in the order in which they were given. */
  public static final class Fields {
    private static final Fields NONE = new Fields(List.of());
    private final List<String> namesAndValues;

    private Fields(List<String> namesAndValues) {
      this.namesAndValues = namesAndValues;
    }

    private Fields with(String name, String value) {
      List<String> more = new ArrayList<>(namesAndValues.size() + 2);
      more.addAll(namesAndValues);
      more.add(Objects.requireNonNull(name, "name"));
      more.add(Objects.requireNonNull(value, "value"));
      return new Fields(more);
    }

    /** Calls {@code action} with the name and value of each field. */
    public void forEach(BiConsumer<Object, Object> action) {
      for (int i = 0; i < namesAndValues.size(); i += 2) {
        action.accept(namesAndValues.get(i), namesAndValues.get(i + 1));
      }
    }
  }

  private final int status;
  private final Fields fields;
  private final Object body;
  private final Object trailers;

  private Reply(int status, Fields fields, Object body, Object trailers) {
    this.status = status;
    this.fields = fields;
    this.body = body;
    this.trailers = trailers;
  }

  /**
   * Returns an empty response.
   *
   * @param status from 200 to 999
   * @throws IllegalArgumentException if the status is out of range
   */
  public static Reply of(int status) {
    if (status < 200 || status > 999) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200-999)");
    }
    return new Reply(status, Fields.NONE, null, null);
  }

  /** Returns a 200 with {@code text} in UTF-8 as {@code text/plain}. */
  public static Reply text(String text) {
    return of(200).header("content-type", "text/plain; charset=UTF-8").body(text);
  }

  /** Returns this response with one more header field; earlier ones of that name stay. */
  public Reply header(String name, String value) {
    return new Reply(status, fields.with(name, value), body, trailers);
  }

  /**
   * Returns this response with another body.
   *
   * @param newBody null, a String (in the content type's charset, else UTF-8), byte[], ByteBuffer,
   *     ByteBuf (released by the server), InputStream (closed by the server), File, Path, a {@link
   *     Iterable} of pieces, or a stream of pieces
   */
  public Reply body(Object newBody) {
    return new Reply(status, fields, newBody, trailers);
  }

  /** Returns this response with {@code text} as its body, in UTF-8. */
  public Reply utf8(String text) {
    return body(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns this response with fields that follow its body, which is sent in chunks therefore. An
   * HTTP/1.0 client does not get them.
   *
   * @param newTrailers a map of names to values; or a {@link java.util.function.Supplier} of one,
   *     called at the end of the body on a thread that may block; or a promise of one
   */
  public Reply trailers(Object newTrailers) {
    return new Reply(status, fields, body, newTrailers);
  }

  /** Returns what gives the fields behind the body, or null. */
  public Object trailers() {
    return trailers;
  }

  /** Returns the status code. */
  public int status() {
    return status;
  }

  /** Returns the header fields. */
  public Fields fields() {
    return fields;
  }

  /** Returns the body, or null. */
  public Object body() {
    return body;
  }

  @Override
  public String toString() {
    return "Reply[" + status + "]";
  }
}
