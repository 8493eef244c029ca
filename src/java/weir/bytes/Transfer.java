package weir.bytes;

/** Moves all bytes of a source to a sink, better than piece by piece. */
@FunctionalInterface
public interface Transfer {

  /**
   * Moves everything. Closes the source, and the sink if {@link Options#close()}.
   *
   * @return what the caller of the transfer gets, usually null
   */
  Object transfer(Object source, Object sink, Options options) throws Exception;
}
