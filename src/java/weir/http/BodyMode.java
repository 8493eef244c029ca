package weir.http;

/** In which form a client hands out the body of a response. */
public enum BodyMode {
  /**
   * An {@link java.io.InputStream}: over memory for a small body of known length, else one that is
   * read while the rest arrives.
   */
  STREAM,

  /** A {@code byte[]}; the response comes when the whole body is there. */
  BYTES,

  /** A {@code String}, decoded by the charset of the content type, UTF-8 if it names none. */
  STRING,

  /** A {@link weir.stream.Stream} of buffers, each of which the reader must release. */
  RAW_STREAM,

  /** A {@link java.util.concurrent.Flow.Publisher} of read-only {@link java.nio.ByteBuffer}s. */
  PUBLISHER
}
