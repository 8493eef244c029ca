package weir.http.server;

import io.netty.handler.codec.http.HttpHeaders;
import weir.deferred.Deferred;
import weir.http.HeaderMap;
import weir.http.Headers;

/** The fields that follow a chunked request body. The promise is made when somebody asks for it. */
final class RequestTrailers {

  private HttpHeaders came;
  private Throwable failure;
  private Deferred<Headers> promise;

  synchronized Deferred<Headers> fields() {
    if (promise == null) {
      promise = Deferred.create(null);
      settle();
    }
    return promise;
  }

  /** The body has ended, with these fields behind it. */
  void came(HttpHeaders fields) {
    Deferred<Headers> asked;
    synchronized (this) {
      came = fields;
      asked = promise;
    }
    if (asked != null) {
      settle();
    }
  }

  /** The body will never end. */
  void failed(Throwable cause) {
    Deferred<Headers> asked;
    synchronized (this) {
      failure = cause;
      asked = promise;
    }
    if (asked != null) {
      settle();
    }
  }

  /** Outside of the lock where it may call listeners; a promise just made has none. */
  private void settle() {
    if (came != null) {
      promise.success(new HeaderMap(came));
    } else if (failure != null) {
      promise.error(failure);
    }
  }
}
