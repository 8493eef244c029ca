package weir.http;

import static weir.options.Arguments.notNegative;
import static weir.options.Arguments.positive;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import weir.executor.Stats;
import weir.net.ClientBuilder;

/**
 * What the builder of a client has beside the way to its servers: how many connections there may be,
 * how long they are kept, and how large that may be which comes on them. Each method returns the
 * builder.
 *
 * @param <B> the builder itself
 */
public abstract class ClientPoolBuilder<B extends ClientPoolBuilder<B>> extends ClientBuilder<B> {

  int connectionsPerHost = HttpClient.DEFAULT_CONNECTIONS_PER_HOST;
  int totalConnections = HttpClient.DEFAULT_TOTAL_CONNECTIONS;
  int maxQueue = HttpClient.DEFAULT_MAX_QUEUE;
  Duration idleTimeout = HttpClient.DEFAULT_IDLE_TIMEOUT;
  boolean keepAlive = true;
  Consumer<Map<String, Stats>> onStats;
  Duration statsPeriod = HttpClient.DEFAULT_STATS_PERIOD;
  int responseBufferBytes = HttpClient.DEFAULT_RESPONSE_BUFFER_BYTES;
  long maxBodyBytes = HttpClient.DEFAULT_MAX_BODY_BYTES;
  int maxInitialLineBytes = HttpClient.DEFAULT_MAX_INITIAL_LINE_BYTES;
  int maxHeaderBytes = HttpClient.DEFAULT_MAX_HEADER_BYTES;
  int maxChunkBytes = HttpClient.DEFAULT_MAX_CHUNK_BYTES;

  ClientPoolBuilder() {}

  /** Makes the client; connections are made when they are needed. */
  public abstract HttpClient build();

  // ---- connections

  /** Sets how many connections one origin may have. */
  public B connectionsPerHost(int n) {
    connectionsPerHost = positive("connectionsPerHost", n);
    return self();
  }

  /** Sets how many connections all origins together may have. */
  public B totalConnections(int n) {
    totalConnections = positive("totalConnections", n);
    return self();
  }

  /** Sets how many requests may wait for a connection to one origin; with 0 they fail at once. */
  public B maxQueue(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("maxQueue: " + n + " (expected: 0 or more)");
    }
    maxQueue = n;
    return self();
  }

  /** Closes connections that nobody has used for so long; zero never does. */
  public B idleTimeout(Duration timeout) {
    idleTimeout = notNegative("idleTimeout", timeout);
    return self();
  }

  /** Uses connections again. When off, requests carry {@code connection: close}. Default: on. */
  public B keepAlive(boolean on) {
    keepAlive = on;
    return self();
  }

  /**
   * Has {@code callback} called with how busy each origin was, by {@code scheme://host:port}, on a
   * thread that may block; null, the default, for {@link weir.http.client.StatsReports#register}'s.
   */
  public B onStats(Consumer<Map<String, Stats>> callback) {
    onStats = callback;
    return self();
  }

  /** Sets how often statistics are told. */
  public B statsPeriod(Duration period) {
    if (period.isNegative() || period.isZero()) {
      throw new IllegalArgumentException("statsPeriod: " + period + " (expected: above zero)");
    }
    statsPeriod = period;
    return self();
  }

  // ---- what comes on them

  /**
   * Sets up to which size a body of known length is in memory when its response comes, and how many
   * bytes of a larger one may wait unread before the socket is not read.
   */
  public B responseBufferBytes(int n) {
    responseBufferBytes = positive("responseBufferBytes", n);
    return self();
  }

  /** Limits bodies that are gathered in memory, unless the request says otherwise. */
  public B maxBodyBytes(long n) {
    if (n <= 0) {
      throw new IllegalArgumentException("maxBodyBytes: " + n + " (expected: 1 or more)");
    }
    maxBodyBytes = n;
    return self();
  }

  /** Sets the longest status line. */
  public B maxInitialLineBytes(int n) {
    maxInitialLineBytes = positive("maxInitialLineBytes", n);
    return self();
  }

  /** Sets the largest header block. */
  public B maxHeaderBytes(int n) {
    maxHeaderBytes = positive("maxHeaderBytes", n);
    return self();
  }

  /** Sets the largest piece of a body that is handed on. */
  public B maxChunkBytes(int n) {
    maxChunkBytes = positive("maxChunkBytes", n);
    return self();
  }
}
