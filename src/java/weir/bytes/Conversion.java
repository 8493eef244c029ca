package weir.bytes;

/** One step between two representations. */
@FunctionalInterface
public interface Conversion {

  /**
   * Converts {@code x}, which is never null.
   *
   * <p>A result that is {@link AutoCloseable} or a source must close {@code x} when it is closed. A
   * result in memory leaves {@code x} open: who follows the path closes it.
   *
   * @param options those of the whole conversion
   */
  Object convert(Object x, Options options) throws Exception;
}
