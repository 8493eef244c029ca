/**
 * What both sides of HTTP share: requests, responses and headers as Clojure maps and as Java types.
 *
 * <p>Read {@link weir.http.MapView} first: a persistent map whose values are computed from a
 * decoded message when they are asked for. {@link weir.http.RingRequest}, {@link
 * weir.http.RingResponse} and {@link weir.http.HeaderMap} are its kin. Event loops create the
 * views; any thread may read them.
 */
package weir.http;
