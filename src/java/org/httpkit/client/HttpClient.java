package org.httpkit.client;

import java.io.Closeable;
import java.io.IOException;

/** What {@code org.httpkit.client/make-client} returns. */
public abstract class HttpClient implements Closeable {

  /** For the engine only. */
  protected HttpClient() {}

  /**
   * Ends running and waiting requests with an error and closes all sockets; later requests fail.
   *
   * @throws IOException never; programs written for http-kit expect it
   */
  public abstract void stop() throws IOException;
}
