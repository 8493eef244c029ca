package org.httpkit.timer;

/** A body that is to run later. */
public abstract class CancelableFutureTask {

  /** For the engine only. */
  protected CancelableFutureTask() {}

  /** Returns whether it will never run because of this call. */
  public abstract boolean cancel();
}
