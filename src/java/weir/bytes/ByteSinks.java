package weir.bytes;

/** Ready-made byte sinks. */
public final class ByteSinks {

  /** Swallows everything. */
  public static final ByteSink NOWHERE = (bytes, options) -> {};

  private ByteSinks() {}
}
