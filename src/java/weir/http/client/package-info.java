/**
 * The HTTP client behind {@link weir.http.HttpClient}: {@link weir.http.client.Call} is one request of
 * a program with all its redirects, {@link weir.http.client.ConnectionPool} gives it connections, and
 * {@link weir.http.client.Http1ClientConnection} runs one exchange after the other. Any thread starts a
 * call; a connection belongs to its event loop; a pool's decisions run on whoever brings news.
 */
package weir.http.client;
