package byte_streams;

/** The older name of {@link clj_commons.byte_streams.InputStream}. */
public class InputStream extends clj_commons.byte_streams.InputStream {

  /** The older name of {@link clj_commons.byte_streams.InputStream.Streamable}. */
  public interface Streamable extends clj_commons.byte_streams.InputStream.Streamable {}

  /** Makes a stream of {@code streamable}. */
  public InputStream(Streamable streamable) {
    super(streamable);
  }
}
