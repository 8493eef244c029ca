package weir.http;

import java.util.Map;

/**
 * How busy a client is: a snapshot, whose numbers may be of slightly different moments.
 *
 * @param connections all connections, those that are being made included
 * @param origins the numbers of each origin, by {@code scheme://host:port}
 */
public record ClientStats(int connections, Map<String, Origin> origins) {

  /**
   * The numbers of one origin.
   *
   * @param connections its connections, those that are being made included
   * @param idle connections that wait for a request
   * @param queued requests that wait for a connection
   */
  public record Origin(int connections, int idle, int queued) {

    /** Returns the numbers of both together. */
    public Origin plus(Origin other) {
      return new Origin(connections + other.connections, idle + other.idle, queued + other.queued);
    }
  }
}
