package weir.executor;

import io.aleph.dirigiste.IPool;
import java.util.HashMap;
import java.util.Map;

/** A pool's controller written for Dirigiste; loaded only when such a one turns up. */
final class DirigistePoolController implements PoolController {

  private final IPool.Controller<Object> controller;

  private DirigistePoolController(IPool.Controller<Object> controller) {
    this.controller = controller;
  }

  /** Any controller as one of ours; null if it is none. */
  @SuppressWarnings("unchecked") // its keys are those of the pool that it was made for
  static PoolController adapt(Object controller) {
    return controller instanceof IPool.Controller<?> c
        ? new DirigistePoolController((IPool.Controller<Object>) c)
        : null;
  }

  @Override
  public boolean shouldIncrement(Object key, int objectsOfKey, int allObjects) {
    return controller.shouldIncrement(key, objectsOfKey, allObjects);
  }

  @Override
  public Map<?, Integer> adjustment(Map<Object, Stats> stats) {
    Map<Object, io.aleph.dirigiste.Stats> views = new HashMap<>();
    stats.forEach((key, s) -> views.put(key, new DirigisteController.View(s)));
    return controller.adjustment(views);
  }
}
