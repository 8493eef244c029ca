package weir.stream;

/** A sink whose closing can be watched without leaving anything behind in it for ever. */
public interface Watchable {

  /** What happens when the sink is closed. */
  Ending closing();
}
