package weir.http.server.channel;

/** What happens when more is sent than the peer reads. */
public enum Overflow {
  /** The channel is closed, and what was not sent is dropped. */
  CLOSE,
  /** The sender waits, if its thread may; else as {@link #CLOSE}. */
  BLOCK
}
