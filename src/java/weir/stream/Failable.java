package weir.stream;

/** A stream that can end with an error, which is told beside the messages. */
public interface Failable {

  /**
   * Closes the stream because of an error.
   *
   * @param error any object
   */
  void fail(Object error);

  /** The error that closed this stream, or {@code dflt}. */
  Object failure(Object dflt);
}
