package weir.http.server;

import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import weir.executor.Pools;
import weir.http.ServerStats;
import weir.net.ListenOn;

/** What all connections of a server share. */
final class ServerContext {

  private final ServerConfig config;
  private final Application application;
  private final StandardHeaders standardHeaders;
  private final Dispatcher dispatcher;
  private final Dispatcher continueDispatcher;
  private final Handoff handoff;
  private final Watchdog watchdog;
  private final Admission admission;
  private final Observation observation;
  private final ConcurrentHashMap<EventLoop, ServerLoop> loops = new ConcurrentHashMap<>();
  private final AtomicReference<HeadWriter> spareHttp1Writer = new AtomicReference<>();
  private final AtomicReference<HeadWriter> spareHttp2Writer = new AtomicReference<>();
  private volatile boolean draining;

  ServerContext(ServerConfig config, Application application) {
    this.config = config;
    this.application = application;
    this.admission = new Admission(config.maxInFlight(), config.listening().threads());
    this.standardHeaders =
        new StandardHeaders(
            config.serverHeader(),
            config.compression(),
            config.headerCase(),
            config.plainTextIsUtf8());
    this.observation = new Observation(config.observing());
    if (config.handlerThreads() == ServerConfig.HandlerThreads.WORKERS) {
      this.watchdog = new Watchdog();
      this.handoff = new Handoff(config.workerPoolSize(), watchdog);
      this.dispatcher = Dispatcher.handoff(handoff);
    } else {
      this.watchdog = null;
      this.handoff = null;
      this.dispatcher =
          config.executor() == null ? Dispatcher.INLINE : Dispatcher.executor(config.executor());
    }
    this.continueDispatcher =
        switch (config.continueThreads()) {
          case WORKERS -> dispatcher;
          case EVENT_LOOP -> Dispatcher.INLINE;
          case EXECUTOR -> Dispatcher.executor(config.continueExecutor());
        };
  }

  ServerConfig config() {
    return config;
  }

  Application application() {
    return application;
  }

  StandardHeaders standardHeaders() {
    return standardHeaders;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  /** Returns who calls the continue handler. */
  Dispatcher continueDispatcher() {
    return continueDispatcher;
  }

  /** Returns the threads that read bodies which can only be read by blocking. */
  Executor blockingExecutor() {
    return Pools.waitPool();
  }

  ServerLoop loop(EventLoop eventLoop) {
    return loops.computeIfAbsent(eventLoop, this::newLoop);
  }

  private ServerLoop newLoop(EventLoop eventLoop) {
    Sweep sweep = new Sweep(eventLoop, config.timeouts().tickMillis());
    RequestEntry entry = new RequestEntry(this, admission.gate());
    ServerLoop loop = new ServerLoop(eventLoop, this, handoff, sweep, entry, observation.newLoop());
    if (watchdog != null) {
      watchdog.watch(loop);
    }
    return loop;
  }

  /** Returns a writer for a thread that has none; give it back when its head is copied. */
  HeadWriter borrowWriter(boolean http2) {
    HeadWriter spare = (http2 ? spareHttp2Writer : spareHttp1Writer).getAndSet(null);
    return spare == null ? newWriter(http2) : spare;
  }

  /** Returns a new writer. */
  HeadWriter newWriter(boolean http2) {
    return http2 ? new Http2HeadWriter(standardHeaders) : new Http1HeadWriter(standardHeaders);
  }

  /** Keeps a writer for the next who needs one. */
  void giveBack(HeadWriter writer) {
    (writer.isHttp2() ? spareHttp2Writer : spareHttp1Writer).set(writer);
  }

  Observation observation() {
    return observation;
  }

  /** Returns the statistics, null if none are kept. */
  ServerStats stats(int connections) {
    if (!config.observing().statistics()) {
      return null;
    }
    return Observation.sum(loops.values().stream().map(ServerLoop::stats).toList(), connections);
  }

  /** Whether the listening socket outlives this server, so that somebody else may go on with it. */
  boolean mayHaveSuccessor() {
    return config.listening().place() instanceof ListenOn.Adopted;
  }

  boolean isDraining() {
    return draining;
  }

  void drain() {
    draining = true;
  }
}
