package org.httpkit.server;

/**
 * The {@code :async-channel} of a request, for programs that name it by class. What it does is in
 * {@code org.httpkit.server/Channel}.
 */
public abstract class AsyncChannel {

  /** For the engine only. */
  protected AsyncChannel() {}
}
