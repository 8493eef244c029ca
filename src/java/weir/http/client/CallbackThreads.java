package weir.http.client;

import java.util.concurrent.Executor;
import weir.executor.Pools;

/** The pool for what may block, made when it is first needed: making a client starts nothing. */
public enum CallbackThreads implements Executor {
  /** The only one. */
  INSTANCE;

  @Override
  public void execute(Runnable task) {
    Pools.waitPool().execute(task);
  }
}
