package weir.http;

import java.util.Map;

/**
 * What a server has done since its start: a snapshot, whose numbers may be of slightly different
 * moments. A server counts only if it was told to, by {@link HttpServer.Builder#statistics}.
 *
 * @param connections open connections
 * @param accepted connections so far
 * @param requests requests so far, refused ones included
 * @param inFlight requests whose response has not been written yet
 * @param refused requests that were malformed, too large or too slow: a 4xx or 5xx of the server's own
 * @param rejected requests for which there was no room, as {@code rejected-handler} sees them
 * @param failed requests whose handler failed, or gave no response
 * @param aborted requests whose client went away before the end of the response
 * @param bytesRead from sockets, TLS included
 * @param bytesWritten to sockets, TLS included
 * @param latencies by phase: {@code queued} until the handler is called, {@code handled} until there is
 *     a response, {@code written} until the last byte has gone to the socket, {@code total}
 */
public record ServerStats(
    int connections,
    long accepted,
    long requests,
    long inFlight,
    long refused,
    long rejected,
    long failed,
    long aborted,
    long bytesRead,
    long bytesWritten,
    Map<String, Latency> latencies) {

  /**
   * How long a phase took, in nanoseconds; quantiles are exact to a fifth, rounded up.
   *
   * @param count how many requests went through it
   * @param mean the average
   * @param p50 the median
   * @param p99 the time that one in a hundred exceeded
   * @param max the longest
   */
  public record Latency(long count, long mean, long p50, long p90, long p99, long max) {}
}
