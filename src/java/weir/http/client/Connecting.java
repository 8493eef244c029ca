package weir.http.client;

import aleph.utils.ConnectionTimeoutException;
import aleph.utils.ProxyConnectionTimeoutException;
import clojure.lang.ExceptionInfo;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectException;
import java.util.Locale;
import weir.net.Dialing;
import weir.net.tls.Failures;

/** A connection in the making. Ends in exactly one of {@code connected} and {@code connectFailed}. */
final class Connecting implements Runnable {

  private static final Keyword HEADERS = Keyword.intern(null, "headers");

  private final OriginPool pool;
  private volatile Dialing dialing;
  private volatile Channel channel;
  private volatile boolean givenUp;
  private boolean over; // only for the event loop, or the only thread before there is one

  /** How many exchanges wait for it; only for events of the pool. */
  int riders;

  Connecting(OriginPool pool) {
    this.pool = pool;
  }

  /** Starts. */
  @Override
  public void run() {
    try {
      dialing = pool.pool().connector().connect(pool.origin(), this);
    } catch (Throwable t) {
      failed(t);
      return;
    }
    if (givenUp) {
      dialing.cancel();
    }
  }

  /** There is a channel, with its handlers in place. */
  void channel(Channel c) {
    channel = c;
    if (givenUp) {
      c.close();
    }
  }

  OriginPool pool() {
    return pool;
  }

  /** Nobody wants it any more, and nobody shall be given it. */
  void markGivenUp() {
    givenUp = true;
  }

  /** Closes the channel, if there is one by now. */
  void giveUp() {
    Channel c = channel;
    Dialing d = dialing;
    if (c != null) {
      c.close();
    } else if (d != null) {
      d.cancel(); // or whoever starts it sees that it is given up
    }
  }

  boolean isGivenUp() {
    return givenUp;
  }

  /** The connection can be used. */
  void ready(ClientConnection connection) {
    if (!over) {
      over = true;
      pool.connected(this, connection);
      connection.tellWhenClosed();
    }
  }

  /** There will be no connection. */
  void failed(Throwable cause) {
    if (!over) {
      over = true;
      Channel c = channel;
      if (c != null) {
        c.close();
      }
      pool.connectFailed(this, translate(cause));
    }
  }

  private Throwable translate(Throwable cause) {
    if (cause instanceof ConnectTimeoutException) {
      return new ConnectionTimeoutException(cause.getMessage(), cause);
    }
    if (cause instanceof HttpProxyHandler.HttpProxyConnectException refused) {
      return new ExceptionInfo(
          String.valueOf(refused.getMessage()),
          new PersistentArrayMap(new Object[] {HEADERS, headers(refused.headers())}),
          refused);
    }
    if (cause instanceof ProxyConnectException
        && String.valueOf(cause.getMessage()).contains("timeout")) {
      return new ProxyConnectionTimeoutException(cause.getMessage(), cause);
    }
    return Failures.atClient(cause, pool.origin().hostName(), pool.origin().port());
  }

  private static IPersistentMap headers(HttpHeaders all) {
    IPersistentMap map = PersistentArrayMap.EMPTY;
    if (all != null) {
      for (String name : all.names()) {
        map = map.assoc(name.toLowerCase(Locale.ROOT), String.join(", ", all.getAll(name)));
      }
    }
    return map;
  }
}
