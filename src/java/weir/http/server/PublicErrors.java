package weir.http.server;

import clojure.lang.IExceptionInfo;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import weir.http.Reply;

/** What exceptions in the pipeline of a stream say that the client is told. */
final class PublicErrors {

  private static final Keyword STATUS = Keyword.intern("aleph", "response-status");
  private static final Keyword MESSAGE = Keyword.intern("aleph", "public-error-message");
  private static final int MAX_DEPTH = 10;
  private static final int INTERNAL_ERROR = 500;

  private PublicErrors() {}

  /**
   * Returns the response that an exception, or one of its causes, has in its ex-data: {@code
   * :aleph/response-status}, 500 by default, and {@code :aleph/public-error-message}; null if it has
   * neither.
   */
  static Reply reply(Throwable cause) {
    Throwable each = cause;
    for (int i = 0; each != null && i < MAX_DEPTH; i++, each = each.getCause()) {
      if (each instanceof IExceptionInfo info && info.getData() != null) {
        Reply reply = reply(info.getData());
        if (reply != null) {
          return reply;
        }
      }
    }
    return null;
  }

  private static Reply reply(IPersistentMap data) {
    Object status = data.valAt(STATUS);
    Object message = data.valAt(MESSAGE);
    if (status == null && message == null) {
      return null;
    }
    int code = status instanceof Number number ? number.intValue() : INTERNAL_ERROR;
    boolean isError = code >= 400 && code <= 599;
    return ErrorResponses.plain(
        isError ? code : INTERNAL_ERROR, message == null ? "" : message.toString());
  }
}
