package weir.http.server;

import weir.http.ServerListener.Outcome;

/**
 * What is noted of one exchange while it lasts, if anybody wants to know. Each field is written by the
 * thread that works on the exchange and read on its event loop at the end.
 */
final class Trace {

  Outcome outcome = Outcome.SERVED;
  int status;
  long bodyBytes;
  long calledNanos;
  long answeredNanos;

  /** Null unless a recording wants it. */
  RequestEvent recorded;

  /** The handler is about to be called. */
  void called() {
    calledNanos = System.nanoTime();
  }

  /** The head of a response is about to be encoded; the last one counts. */
  void answered(int newStatus) {
    status = newStatus;
    answeredNanos = System.nanoTime();
    bodyBytes = 0;
  }
}
