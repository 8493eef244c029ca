package weir.http;

/**
 * Hears how far a body has come. Called on an event loop, so it must not block; what it throws is
 * logged once, and then it is not called any more for that body.
 */
@FunctionalInterface
public interface Progress {

  /**
   * More bytes have come or gone, as they are on the wire.
   *
   * @param bytes how many by now
   * @param total how many there will be, or -1 if nobody knows
   */
  void moved(long bytes, long total);
}
