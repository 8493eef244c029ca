package weir.stream;

import clojure.lang.ILookup;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.RT;
import weir.options.Arguments;

/**
 * How a sink is connected to a source.
 *
 * @param timeout how long the sink may take for one message, in ms; null for no limit
 * @param upstream close the source as soon as this sink goes, even if others are connected
 * @param downstream close the sink when the source is drained
 * @param shared close the sink only when the last of its shared connections has ended
 * @param description any value, which {@code downstream} reports
 */
public record ConnectOptions(
    Number timeout, boolean upstream, boolean downstream, boolean shared, Object description) {

  /** No timeout; closes the sink after the source, and the source after its last sink. */
  public static final ConnectOptions DEFAULT = new ConnectOptions(null, false, true, false, null);

  private static final Keyword TIMEOUT = Keyword.intern("timeout");
  private static final Keyword UPSTREAM = Keyword.intern("upstream?");
  private static final Keyword DOWNSTREAM = Keyword.intern("downstream?");
  private static final Keyword SHARED = Keyword.intern("shared?");
  private static final Keyword DESCRIPTION = Keyword.intern("description");

  /** Reads a Clojure map with the keys of {@code connect}; null gives the defaults. */
  public static ConnectOptions of(Object map) {
    if (map == null) {
      return DEFAULT;
    }
    if (map instanceof ConnectOptions options) {
      return options;
    }
    ILookup m = Arguments.instance(IPersistentMap.class, "options", map, "a map, or nil");
    return new ConnectOptions(
        Arguments.numberOrNil(":timeout", m.valAt(TIMEOUT)),
        RT.booleanCast(m.valAt(UPSTREAM, false)),
        RT.booleanCast(m.valAt(DOWNSTREAM, true)),
        RT.booleanCast(m.valAt(SHARED, false)),
        m.valAt(DESCRIPTION));
  }

  /** The options as a Clojure map. */
  Object toMap() {
    return RT.map(
        TIMEOUT,
        timeout,
        UPSTREAM,
        upstream,
        DOWNSTREAM,
        downstream,
        SHARED,
        shared,
        DESCRIPTION,
        description);
  }

  /** The same with a time limit per message, in ms; null for none. */
  public ConnectOptions withTimeout(Number ms) {
    return new ConnectOptions(ms, upstream, downstream, shared, description);
  }

  /** The same, closing the source as soon as this sink goes, or not. */
  public ConnectOptions withUpstream(boolean yes) {
    return new ConnectOptions(timeout, yes, downstream, shared, description);
  }

  /** The same, closing the sink after the source, or not. */
  public ConnectOptions withDownstream(boolean yes) {
    return new ConnectOptions(timeout, upstream, yes, shared, description);
  }

  /** The same, counting the connection among those that keep a shared sink open, or not. */
  public ConnectOptions withShared(boolean yes) {
    return new ConnectOptions(timeout, upstream, downstream, yes, description);
  }

  /** The same with another description. */
  public ConnectOptions withDescription(Object any) {
    return new ConnectOptions(timeout, upstream, downstream, shared, any);
  }
}
