/**
 * The HTTP server: accept, decode, call the handler, write the response. Start with {@link
 * weir.http.HttpServer}; a request's path is {@code ConnectionInitializer}, {@code Http1Connection},
 * {@code Exchange}, {@code Dispatcher}, {@code ResponseEncoder}. Connections live on their event
 * loop; handlers run on workers, unless told otherwise.
 */
package weir.http.server;
