package weir.executor;

import io.aleph.dirigiste.IPool;

/** A pool written for Dirigiste; loaded only when such a one turns up. */
final class DirigistePool implements KeyedPool {

  private final IPool<Object, Object> pool;

  private DirigistePool(IPool<Object, Object> pool) {
    this.pool = pool;
  }

  /** Any pool as one of ours; null if it is none. */
  @SuppressWarnings("unchecked") // its keys and objects are those of whoever made it
  static KeyedPool adapt(Object pool) {
    return pool instanceof IPool<?, ?> p ? new DirigistePool((IPool<Object, Object>) p) : null;
  }

  @Override
  public void acquire(Object key, Acquirer acquirer) {
    try {
      pool.acquire(
          key,
          object -> {
            if (!acquirer.take(object)) {
              pool.release(key, object);
            }
          });
    } catch (Exception e) {
      acquirer.fail(e);
    }
  }

  @Override
  public void release(Object key, Object object) {
    pool.release(key, object);
  }

  @Override
  public void dispose(Object key, Object object) {
    pool.dispose(key, object);
  }

  @Override
  public void shutdown() {
    pool.shutdown();
  }
}
