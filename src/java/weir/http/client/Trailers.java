package weir.http.client;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.Executor;
import weir.deferred.Deferred;
import weir.http.HeaderMap;

/**
 * The fields behind the body of one response. Nobody has to look: an error that nobody asks for is no
 * dropped one, for the body fails with the same.
 */
final class Trailers extends Deferred<HeaderMap> {

  /** What a response has that cannot have any. */
  static final Deferred<HeaderMap> NONE =
      Deferred.of(new HeaderMap(EmptyHttpHeaders.INSTANCE), null);

  Trailers(Executor callbacks) {
    super(callbacks);
  }

  /** The body has come to its end. */
  void came(HttpHeaders fields) {
    success(new HeaderMap(fields));
  }
}
