package weir.http;

import clojure.lang.ExceptionInfo;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;

/**
 * A redirect that a client does not follow: one too many, to a place that is not safe, or with a body
 * that cannot be sent again. The data is the request map, or the request under {@code :request}.
 */
public final class RedirectException extends ExceptionInfo {
  private static final long serialVersionUID = 1L;

  /** Creates a failure. */
  public RedirectException(String message, HttpRequest request) {
    super(message, data(request.origin()));
  }

  private static IPersistentMap data(Object request) {
    return request instanceof IPersistentMap map
        ? map
        : new PersistentArrayMap(new Object[] {Keyword.intern(null, "request"), request});
  }
}
