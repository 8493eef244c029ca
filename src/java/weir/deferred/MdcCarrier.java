package weir.deferred;

import java.util.Map;
import org.slf4j.MDC;

/** Carries slf4j's mapped diagnostic context. */
final class MdcCarrier implements ContextCarrier<Map<String, String>> {

  @Override
  public Map<String, String> capture() {
    return MDC.getCopyOfContextMap();
  }

  @Override
  public Scope enter(Map<String, String> captured) {
    Map<String, String> before = MDC.getCopyOfContextMap();
    set(captured);
    return () -> set(before);
  }

  private static void set(Map<String, String> map) {
    if (map == null || map.isEmpty()) {
      MDC.clear();
    } else {
      MDC.setContextMap(map);
    }
  }
}
