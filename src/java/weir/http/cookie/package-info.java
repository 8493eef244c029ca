/**
 * Cookies of a client by RFC 6265: {@link weir.http.cookie.Cookie} is one, {@link
 * weir.http.cookie.MemoryCookieJar} keeps them and says which ones a request carries. Read the jar
 * first. All of it may be called on any thread; nothing here blocks, but a program's own {@link
 * weir.http.cookie.CookieJar} may, and is then called off the event loops.
 */
package weir.http.cookie;
