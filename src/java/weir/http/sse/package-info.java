/**
 * Server-sent events. Start with {@link weir.http.sse.EventStream}, which makes a response body of a
 * source of {@link weir.http.sse.ServerSentEvent}s. Everything may be called from any thread; events
 * are encoded on the thread that puts them.
 */
package weir.http.sse;
