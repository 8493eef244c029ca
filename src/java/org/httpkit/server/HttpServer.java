package org.httpkit.server;

import clojure.lang.IDeref;

/** A running server, as {@code run-server} with {@code :legacy-return-value? false} returns it. */
public interface HttpServer {

  /** Returns the TCP port, or -1 if the address has none. */
  int getPort();

  /** Returns {@code RUNNING}, {@code STOPPING} or {@code STOPPED} as the keyword's name. */
  String getStatus();

  /** Returns whether the server has not stopped yet. */
  boolean isAlive();

  /**
   * Waits until the server has stopped.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  void join() throws InterruptedException;

  /**
   * Stops the server.
   *
   * @param timeoutMillis how long running requests may take
   * @return what yields true when it has stopped; null if it was stopped already
   */
  IDeref stop(int timeoutMillis);
}
