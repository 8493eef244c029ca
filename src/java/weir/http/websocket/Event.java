package weir.http.websocket;

/** Something that happened, on its way to the listener. */
final class Event {

  /** What happened. */
  enum Kind {
    NOTHING,
    OPEN,
    TEXT,
    BINARY,
    FRAGMENT,
    PING,
    PONG,
    /** The peer's Close, which is answered when all messages before it were handled. */
    PEER_CLOSE,
    ERROR,
    CLOSE
  }

  final Kind kind;
  Object data;
  volatile Event next;

  Event(Kind kind, Object data) {
    this.kind = kind;
    this.data = data;
  }

  boolean isData() {
    return kind == Kind.TEXT || kind == Kind.BINARY || kind == Kind.FRAGMENT;
  }

  /** How much room it takes while it waits. */
  int weight() {
    return data instanceof byte[] bytes ? Math.max(bytes.length, MIN_WEIGHT) : MIN_WEIGHT;
  }

  /** So that tiny messages cannot pile up. */
  private static final int MIN_WEIGHT = 256;
}
