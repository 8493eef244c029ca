package org.httpkit.client;

import javax.net.ssl.SSLEngine;
import weir.net.tls.ClientEngines;

/** Makes engines for the {@code :sslengine} of requests. */
public final class ClientSslEngineFactory {

  private ClientSslEngineFactory() {}

  /**
   * Returns an engine that trusts every certificate for every name. Not for networks that anybody else
   * can reach.
   */
  public static SSLEngine trustAnybody() {
    return ClientEngines.trustAnybody();
  }
}
