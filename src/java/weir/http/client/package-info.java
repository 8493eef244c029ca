/**
 * The HTTP client behind {@link weir.http.HttpClient}: {@link weir.http.client.Call} is one request of
 * a program with all its redirects, {@link weir.http.client.ConnectionPool} gives it connections, and
 * a {@link weir.http.client.Lease} of one, which is all of {@link
 * weir.http.client.Http1ClientConnection}, runs one exchange. Any thread starts a call; a connection
 * belongs to its event loop; a pool's decisions run on whoever brings news.
 */
package weir.http.client;
