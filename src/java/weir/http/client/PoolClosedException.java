package weir.http.client;

/** A request found its pool closed before anything of it was sent. */
public final class PoolClosedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Creates a failure. */
  public PoolClosedException() {
    super("the connection pool is shut down");
  }
}
