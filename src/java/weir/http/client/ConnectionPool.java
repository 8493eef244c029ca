package weir.http.client;

import java.io.Closeable;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import weir.http.ClientStats;
import weir.http.Extras;
import weir.http.Url;
import weir.net.proxy.ProxyServer;

/** All connections of a client, by origin. Safe for use by any thread; never blocks. */
public final class ConnectionPool implements Closeable {

  private final ClientConfig config;
  private final TotalLimit total;
  private final Connector connector;
  private final ConcurrentHashMap<Origin, OriginPool> origins = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private volatile boolean reporting;

  /** Creates a pool without connections; nothing is started. */
  public ConnectionPool(ClientConfig config) {
    this(config, new TotalLimit(config.totalConnections()));
  }

  /** Creates a pool whose connections count with those of another one. */
  public ConnectionPool(ClientConfig config, ConnectionPool other) {
    this(config, other.total);
  }

  private ConnectionPool(ClientConfig config, TotalLimit total) {
    this.config = config;
    this.total = total;
    this.connector = new Connector(config);
    total.add(this);
  }

  /** Returns what the pool was made with. */
  public ClientConfig config() {
    return config;
  }

  TotalLimit total() {
    return total;
  }

  Connector connector() {
    return connector;
  }

  void acquire(Exchange exchange) {
    if (closed) {
      exchange.fail(new PoolClosedException());
      return;
    }
    if (!reporting) {
      beginReports();
    }
    Url url = exchange.request().url();
    ProxyServer proxy = proxyFor(exchange, url);
    Origin origin = Origin.of(url, proxy, addressFor(exchange, url, proxy));
    OriginPool pool = origins.get(origin);
    if (pool == null) {
      pool = origins.computeIfAbsent(origin, o -> new OriginPool(this, o, url));
    }
    exchange.acquireFrom(pool);
    if (closed) {
      pool.close(); // whoever closes may have missed this origin
    }
  }

  private ProxyServer proxyFor(Exchange exchange, Url url) {
    Extras extras = exchange.request().extras();
    boolean own = extras != null && extras.proxy() != null;
    return (own ? extras.proxy() : config.proxy()).to(url);
  }

  private static SocketAddress addressFor(Exchange exchange, Url url, ProxyServer proxy) {
    Extras extras = exchange.request().extras();
    return extras == null || extras.address() == null ? null : extras.address().find(url, proxy);
  }

  private synchronized void beginReports() {
    if (!reporting) {
      reporting = true;
      StatsReports.begin(this);
    }
  }

  /** Returns whether nothing new may begin. */
  public boolean isClosed() {
    return closed;
  }

  Collection<OriginPool> origins() {
    return origins.values();
  }

  /** Takes an origin out that has neither connections nor requests. */
  void retire(OriginPool pool) {
    origins.remove(pool.origin(), pool);
  }

  /** Closes an idle connection of another origin than that; returns whether there was any. */
  boolean closeIdle(OriginPool starving) {
    for (OriginPool each : origins.values()) {
      if (each != starving && each.idle() > 0) {
        each.reclaimIdle();
        return true;
      }
    }
    return false;
  }

  /** Returns a snapshot of the numbers of each origin. */
  public ClientStats stats() {
    Map<String, ClientStats.Origin> byOrigin = new LinkedHashMap<>();
    for (OriginPool each : origins.values()) {
      byOrigin.merge(
          each.origin().toString(), // the same through several proxies
          new ClientStats.Origin(each.open(), each.idle(), each.queued()),
          ClientStats.Origin::plus);
    }
    return new ClientStats(total.taken(), byOrigin);
  }

  /** Closes what is idle and fails what waits; what runs may finish. Idempotent. */
  @Override
  public void close() {
    closed = true;
    origins.values().forEach(OriginPool::close);
    if (config.ownsResolver()) {
      config.resolver().close(); // nobody connects any more
    }
  }
}
