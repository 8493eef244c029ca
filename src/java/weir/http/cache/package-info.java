/**
 * A private cache of responses by RFC 9111: {@link weir.http.cache.HttpCache} keeps them in memory and
 * is the type to read first; {@link weir.http.cache.CacheEntry} knows how fresh one is. Nothing here
 * blocks, and every method may be called on any thread.
 */
package weir.http.cache;
