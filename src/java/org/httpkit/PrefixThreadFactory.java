package org.httpkit;

import java.util.concurrent.ThreadFactory;
import weir.executor.DaemonThreads;

/** Makes daemon threads that are numbered from 1. */
public class PrefixThreadFactory implements ThreadFactory {

  private final ThreadFactory threads;

  /**
   * Creates a factory.
   *
   * @param prefix how the names of its threads begin
   */
  public PrefixThreadFactory(String prefix) {
    threads = new DaemonThreads(prefix, 1);
  }

  @Override
  public Thread newThread(Runnable task) {
    return threads.newThread(task);
  }
}
