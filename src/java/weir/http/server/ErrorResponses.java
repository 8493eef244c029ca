package weir.http.server;

import clojure.lang.RT;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Reply;

/** Responses that the server gives by itself. Their texts are fixed: nothing internal gets out. */
final class ErrorResponses {

  static final Logger LOG = LoggerFactory.getLogger("weir.http.server");

  static final Reply INTERNAL = plain(500, "Internal Server Error");
  static final Reply OVERLOADED = plain(503, "503 Service Unavailable").header("retry-after", "1");

  private static final int MAX_SHOWN = 200;

  private ErrorResponses() {}

  static Reply plain(int status, String text) {
    return Reply.of(status).header("content-type", "text/plain; charset=UTF-8").body(text);
  }

  static Throwable asThrowable(Object error) {
    return error instanceof Throwable t
        ? t
        : new IllegalStateException("the handler's deferred failed with " + error);
  }

  static IllegalArgumentException notAResponse(Object result, Exchange exchange) {
    String shown = RT.printString(result);
    if (shown.length() > MAX_SHOWN) {
      shown = shown.substring(0, MAX_SHOWN) + "…";
    }
    return new IllegalArgumentException(
        "Cannot treat "
            + shown
            + " of "
            + result.getClass()
            + " as a response to '"
            + exchange
            + "' (expected: a map, nil, or a deferred of one)");
  }
}
