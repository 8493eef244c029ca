package weir.stream;

/**
 * A source that keeps its own connections, so that they are collected with it. The graph of other
 * sources hangs on what they wait for, which comes to the same but costs a lookup.
 */
public interface HasConnections {

  /** The connections that start from this; always the same object. */
  Connections connections();
}
