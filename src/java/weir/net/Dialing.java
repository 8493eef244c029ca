package weir.net;

/** A connection in the making. */
public interface Dialing {

  /** Gives it up: unless there is a connection already, the caller is told of a failure. */
  void cancel();
}
