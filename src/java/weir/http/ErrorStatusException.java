package weir.http;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;

/**
 * A server has answered with an exceptional status. The data is the response map, with {@code true}
 * under {@code :aleph/error-status?}.
 */
public final class ErrorStatusException extends ExceptionInfo {
  private static final long serialVersionUID = 1L;
  private static final Keyword MARK = Keyword.intern("aleph", "error-status?");

  private final transient RingResponse response;

  /** Creates the failure of a response, whose body must be in memory. */
  public ErrorStatusException(RingResponse response) {
    super("status: " + response.status(), response.assoc(MARK, true));
    this.response = response;
  }

  /** Returns the response. */
  public Response response() {
    return response;
  }
}
