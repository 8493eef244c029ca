package weir.http.client;

/** The right to run one exchange: an HTTP/1 connection itself, or one stream of HTTP/2. */
interface Lease {

  /** Begins an exchange that has this lease. May be called on any thread. */
  void start(Exchange exchange);

  /** The exchange was ended by a timeout or by the program. May be called on any thread. */
  void abort(Exchange exchange);
}
