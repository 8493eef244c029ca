package weir.bytes;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Map;

/**
 * The options of a conversion. They reach every step of it; a step ignores the keys that are not
 * about it. Keys are Clojure keywords, as in {@code {:chunk-size 4096, :encoding "latin1"}}.
 */
public final class Options {

  private static final Keyword CHUNK_SIZE = Keyword.intern("chunk-size");
  private static final Keyword BUFFER_SIZE = Keyword.intern("buffer-size");
  static final Keyword ENCODING = Keyword.intern("encoding");
  private static final Keyword ON_ENCODING_ERROR = Keyword.intern("on-encoding-error");
  private static final Keyword DIRECT = Keyword.intern("direct?");
  private static final Keyword APPEND = Keyword.intern("append?");
  private static final Keyword CLOSE = Keyword.intern("close?");
  private static final Keyword WRITABLE = Keyword.intern("writable?");

  /** {@code :source-type}, which names the type of the value instead of what its class says. */
  static final Keyword SOURCE_TYPE = Keyword.intern("source-type");

  private static final Map<?, ?> EMPTY = PersistentArrayMap.EMPTY;

  /** No options: every step takes its defaults. */
  public static final Options NONE = new Options(EMPTY);

  private final Map<?, ?> map;

  private Options(Map<?, ?> map) {
    this.map = map;
  }

  /** Returns options over {@code map}, which may be null. */
  public static Options of(Map<?, ?> map) {
    return map == null || map.isEmpty() ? NONE : new Options(map);
  }

  /** Returns these options with {@code :source-type} taken away. */
  Options withoutSourceType() {
    return map instanceof IPersistentMap m ? of((Map<?, ?>) m.without(SOURCE_TYPE)) : this;
  }

  /** Returns the options as they were given, an empty map for none. */
  public Map<?, ?> toMap() {
    return map;
  }

  /** Returns the value of {@code key}, or null. */
  public Object get(Keyword key) {
    return map == EMPTY ? null : map.get(key);
  }

  /**
   * Returns {@code :encoding}, default UTF-8.
   *
   * @throws IllegalArgumentException if no such charset exists
   */
  public Charset charset() {
    return map == EMPTY ? Charsets.DEFAULT : Charsets.of(get(ENCODING));
  }

  /**
   * Returns {@code :on-encoding-error}: {@code :replace} (the default), {@code :ignore} or {@code
   * :report}.
   */
  public CodingErrorAction onEncodingError() {
    return map == EMPTY ? CodingErrorAction.REPLACE : Charsets.errorAction(get(ON_ENCODING_ERROR));
  }

  /**
   * Returns {@code :chunk-size}.
   *
   * @throws IllegalArgumentException if it is not a positive number
   */
  public int chunkSize(int dflt) {
    return positive(CHUNK_SIZE, dflt);
  }

  /**
   * Returns {@code :buffer-size}, in bytes.
   *
   * @throws IllegalArgumentException if it is not a positive number
   */
  public int bufferSize(int dflt) {
    return positive(BUFFER_SIZE, dflt);
  }

  private int positive(Keyword key, int dflt) {
    Object v = map == EMPTY ? null : get(key);
    if (v == null) {
      return dflt;
    }
    if (!(v instanceof Number n) || n.longValue() <= 0) {
      throw new IllegalArgumentException(key + " is " + v + " (expected: a positive integer)");
    }
    return (int) Math.min(n.longValue(), Integer.MAX_VALUE - 8);
  }

  /** Returns {@code :direct?}, default false: whether new byte buffers lie outside the heap. */
  public boolean direct() {
    return truth(DIRECT, false);
  }

  /** Returns {@code :append?}, default true: whether writing to a file keeps what is there. */
  public boolean append() {
    return truth(APPEND, true);
  }

  /** Returns {@code :close?}, default true: whether a transfer closes its sink. */
  public boolean close() {
    return truth(CLOSE, true);
  }

  /** Returns {@code :writable?}, default false: whether a file is mapped for writing too. */
  public boolean writable() {
    return truth(WRITABLE, false);
  }

  private boolean truth(Keyword key, boolean dflt) {
    return map.containsKey(key) ? map.get(key) != null && map.get(key) != Boolean.FALSE : dflt;
  }

  @Override
  public String toString() {
    return map.toString();
  }
}
