package weir.http.server.channel;

import clojure.lang.IDeref;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.http.HttpServer;
import weir.http.ServerOptions;
import weir.http.body.BodyRule;
import weir.http.server.ProxyTrust;

/** A running server with channels, as http-kit's API has it. */
public final class ChannelServer implements org.httpkit.server.HttpServer {

  /** What is left to streams that are ended by the stop, for their last bytes. */
  private static final long FLUSH_MILLIS = 500;

  private static final Logger LOG = LoggerFactory.getLogger(ChannelServer.class);

  private enum Status {
    RUNNING,
    STOPPING,
    STOPPED
  }

  private final HttpServer engine;
  private final ChannelHub hub;
  private final ExecutorService pool;
  private final Closeable socket;
  private final AtomicReference<Status> status = new AtomicReference<>(Status.RUNNING);
  private final Deferred<Boolean> stopped = Deferred.create(null);

  private ChannelServer(HttpServer engine, ChannelHub hub, ExecutorService pool, Closeable socket) {
    this.engine = engine;
    this.hub = hub;
    this.pool = pool;
    this.socket = socket;
    engine.stopped().onRealized(Functions.of(x -> ended()), Functions.of(x -> ended()));
  }

  /**
   * Starts a server.
   *
   * @param headerless what becomes of connections that should begin with the PROXY protocol
   * @param place what was called, for reports of unknown options
   * @param options those of {@link ServerOptions}
   * @param others names of more options, which the caller has read
   * @param bodies which response bodies write themselves; null for those that say so by their type
   * @param pool is shut down with the server; may be null
   * @param socket is closed with the server; may be null
   */
  public static ChannelServer start(
      Handlers handlers,
      ChannelHub hub,
      ProxyTrust.Headerless headerless,
      String place,
      Map<?, ?> options,
      Collection<String> others,
      BodyRule bodies,
      ExecutorService pool,
      Closeable socket) {
    HttpServer.Builder builder =
        HttpServer.builder()
            .threadPrefix("http-kit-server")
            .plainTextIsUtf8(false)
            .withoutProxyProtocol(headerless)
            .application(new ChannelApplication(handlers, hub));
    if (bodies != null) {
      builder.bodyRule(bodies);
    }
    try {
      ServerOptions.set(builder, place, options, List.copyOf(others));
      return new ChannelServer(builder.start(), hub, pool, socket);
    } catch (Throwable t) {
      close(hub, socket);
      if (pool != null) {
        pool.shutdown();
      }
      throw t;
    }
  }

  @Override
  public int getPort() {
    return engine.port();
  }

  @Override
  public String getStatus() {
    return status.get().name();
  }

  @Override
  public boolean isAlive() {
    return status.get() != Status.STOPPED;
  }

  @Override
  public void join() throws InterruptedException {
    stopped.await();
  }

  @Override
  public IDeref stop(int timeoutMillis) {
    if (!status.compareAndSet(Status.RUNNING, Status.STOPPING)) {
      return null;
    }
    int grace = Math.max(0, timeoutMillis);
    hub.stopping();
    Deferred<Boolean> ended = engine.shutdown(Duration.ofMillis(grace + FLUSH_MILLIS));
    if (grace > 0) {
      await(ended, grace);
    }
    if (!ended.realized()) {
      interruptHandlers();
      hub.closeAll();
    }
    return stopped;
  }

  /** Requests that run may end: this thread waits for them, as http-kit's callers expect it. */
  private void await(Deferred<Boolean> ended, int millis) {
    try {
      ended.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      LOG.debug("{} ends requests that take longer than {} ms", this, millis);
    }
  }

  private void interruptHandlers() {
    if (pool != null) {
      pool.shutdownNow();
    }
  }

  /** The connections and event loops are gone, and the port is free. */
  private void ended() {
    if (pool != null) {
      pool.shutdown();
    }
    close(hub, socket);
    status.set(Status.STOPPED);
    stopped.success(true);
  }

  private static void close(ChannelHub hub, Closeable socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        hub.journal().warn("could not close the listening socket", e);
      }
    }
  }

  @Override
  public String toString() {
    return "HttpServer[" + status.get() + ", address:" + engine.address() + "]";
  }
}
