package weir.http;

import static weir.options.Arguments.notNegative;
import static weir.options.Arguments.positive;

import java.time.Duration;
import weir.net.ServerBuilder;

/**
 * What the builder of a server has for its protection: how large requests may be, how many there may
 * be, and how long clients may take. Each method returns the builder.
 *
 * @param <B> the builder itself
 */
public abstract class ServerLimits<B extends ServerLimits<B>> extends ServerBuilder<B> {

  int requestBufferBytes = HttpServer.DEFAULT_REQUEST_BUFFER_BYTES;
  long maxRequestBodyBytes;
  long maxStreamedBodyBytes;
  int maxInitialLineBytes = HttpServer.DEFAULT_MAX_INITIAL_LINE_BYTES;
  int maxHeaderBytes = HttpServer.DEFAULT_MAX_HEADER_BYTES;
  int maxChunkBytes = HttpServer.DEFAULT_MAX_CHUNK_BYTES;
  int initialBufferBytes = HttpServer.DEFAULT_INITIAL_BUFFER_BYTES;
  int maxPipelined = HttpServer.DEFAULT_MAX_PIPELINED;
  int maxRequestsInFlight = HttpServer.DEFAULT_MAX_REQUESTS_IN_FLIGHT;
  Duration idleTimeout = Duration.ZERO;
  Duration keepAliveTimeout = HttpServer.DEFAULT_KEEP_ALIVE_TIMEOUT;
  Duration headerTimeout = HttpServer.DEFAULT_HEADER_TIMEOUT;
  Duration bodyTimeout = HttpServer.DEFAULT_BODY_TIMEOUT;
  Duration writeTimeout = HttpServer.DEFAULT_WRITE_TIMEOUT;
  long minBodyRate;

  ServerLimits(String threadPrefix) {
    super(threadPrefix);
  }

  /**
   * Binds and serves; returns once the socket is bound.
   *
   * @throws IllegalArgumentException if there is no handler or no address
   * @throws java.net.BindException if the address is in use or not ours
   */
  public abstract HttpServer start();

  // ---- sizes and numbers

  /** Sets how many bytes of a request body may wait unread before the socket is not read. */
  public B requestBufferBytes(int n) {
    requestBufferBytes = positive("requestBufferBytes", n);
    return self();
  }

  /**
   * Gathers each request body before the handler is called and refuses larger ones with 413; zero,
   * the default, is no limit and no gathering.
   */
  public B maxRequestBodyBytes(long n) {
    maxRequestBodyBytes = notNegative("maxRequestBodyBytes", n);
    return self();
  }

  /**
   * Refuses announced bodies that are larger with 413, and fails the reading of others once they have
   * grown beyond; nothing is gathered for that. Zero, the default, is no limit.
   */
  public B maxStreamedBodyBytes(long n) {
    maxStreamedBodyBytes = notNegative("maxStreamedBodyBytes", n);
    return self();
  }

  /** Sets the longest request line. */
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

  /** Sets how large the scratch buffer of a connection's decoder is at first. */
  public B initialBufferBytes(int n) {
    initialBufferBytes = positive("initialBufferBytes", n);
    return self();
  }

  /** Sets how many requests of one connection may wait for responses until reading pauses. */
  public B maxPipelined(int n) {
    maxPipelined = positive("maxPipelined", n);
    return self();
  }

  /**
   * Sets how many requests may be with handlers at once, from the call to the head of the response;
   * more are answered 503 by {@link weir.http.server.Application#onRejected}. Zero is any number.
   */
  public B maxRequestsInFlight(int n) {
    maxRequestsInFlight = (int) notNegative("maxRequestsInFlight", n);
    return self();
  }

  // ---- times

  /** Closes connections on which nothing moved for so long; zero, the default, is never. */
  public B idleTimeout(Duration timeout) {
    idleTimeout = notNegative("idleTimeout", timeout);
    return self();
  }

  /**
   * Closes connections on which no request has begun to arrive for so long, be they new or kept
   * alive; zero is never. This timeout and the next three are looked at a few times in their span,
   * at least once a second, so a connection may stay for a little longer.
   */
  public B keepAliveTimeout(Duration timeout) {
    keepAliveTimeout = notNegative("keepAliveTimeout", timeout);
    return self();
  }

  /** Answers 408 when a header is not complete so long after its first bytes; zero is never. */
  public B headerTimeout(Duration timeout) {
    headerTimeout = notNegative("headerTimeout", timeout);
    return self();
  }

  /**
   * Answers 408 when nothing of a request body comes for so long; zero is never. Time in which the
   * connection is not read, because the handler does not read, does not count. A handler that reads
   * gets an IOException.
   */
  public B bodyTimeout(Duration timeout) {
    bodyTimeout = notNegative("bodyTimeout", timeout);
    return self();
  }

  /**
   * Answers 408 when a request body comes slower than this on average, however steadily; 0, which is
   * the default, is never. Only time in which the body is waited for counts, and only when that has
   * become as long as {@link #bodyTimeout} (10 s where that is zero).
   *
   * @param bytesPerSecond 0 or more
   */
  public B minBodyRate(long bytesPerSecond) {
    minBodyRate = notNegative("minBodyRate", bytesPerSecond);
    return self();
  }

  /** Resets connections whose client reads nothing of a response for so long; zero is never. */
  public B writeTimeout(Duration timeout) {
    writeTimeout = notNegative("writeTimeout", timeout);
    return self();
  }
}
