package weir.http;

/** What a request body is for the handler. */
public enum RequestBodyType {
  /** An InputStream; blocks while it waits. */
  INPUT_STREAM,
  /** A stream of byte[]: nothing blocks, and nothing has to be released. */
  BYTE_STREAM,
  /** A stream of ByteBuf, which the handler releases. */
  RAW_STREAM
}
