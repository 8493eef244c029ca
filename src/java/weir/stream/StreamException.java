package weir.stream;

/** An error that is not a Throwable, where only a Throwable will do. */
public final class StreamException extends RuntimeException {

  private final transient Object error;

  StreamException(Object error) {
    super("the stream ended with an error: " + error);
    this.error = error;
  }

  /** The error as it was given. */
  public Object error() {
    return error;
  }
}
