package weir.http.websocket;

import weir.deferred.Deferred;

/** Something to send, on its way from another thread to the event loop. */
final class Outgoing {

  /** What is to be sent. */
  enum Kind {
    MESSAGE,
    PING,
    PONG,
    /** A ping whose answer somebody waits for. */
    AWAITED_PING,
    CLOSE
  }

  final Kind kind;
  final Object message;
  final Deferred<Boolean> answer; // null if nobody asks
  final int size;
  Outgoing next;

  Outgoing(Kind kind, Object message, Deferred<Boolean> answer, int size) {
    this.kind = kind;
    this.message = message;
    this.answer = answer;
    this.size = size;
  }

  /** The arguments of a Close. */
  record Close(int code, String reason) {}
}
