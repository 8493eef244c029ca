package weir.http.server;

/** A handler's call in a thread that may be interrupted when the client has gone, and only in it. */
final class Running {

  private Thread thread;
  private boolean interrupted;

  /** Begins in the calling thread. */
  Running() {
    thread = Thread.currentThread();
  }

  /** Interrupts the call, if it has not ended. */
  synchronized void interrupt() {
    if (thread != null && !interrupted) {
      interrupted = true;
      thread.interrupt();
    }
  }

  /** Ends the call: the thread goes on to other work, which was not meant. */
  synchronized void end() {
    thread = null;
    if (interrupted) {
      Thread.interrupted();
    }
  }

  synchronized boolean wasInterrupted() {
    return interrupted;
  }
}
