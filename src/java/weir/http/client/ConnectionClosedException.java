package weir.http.client;

import clojure.lang.IExceptionInfo;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import java.io.IOException;
import java.util.Locale;
import weir.http.HttpRequest;

/** The server, or the network, has closed the connection before the answer was complete. */
public final class ConnectionClosedException extends IOException implements IExceptionInfo {
  private static final long serialVersionUID = 1L;
  private static final Keyword REQUEST = Keyword.intern(null, "request");

  private final transient HttpRequest request;

  ConnectionClosedException(long millis, HttpRequest request, Throwable cause) {
    super(
        String.format(Locale.ROOT, "connection was closed after %.3f seconds", millis / 1000.0),
        cause);
    this.request = request;
  }

  /** Returns the request that has no answer, under {@code :request}. */
  @Override
  public IPersistentMap getData() {
    return new PersistentArrayMap(
        new Object[] {REQUEST, request == null ? null : request.origin()});
  }
}
