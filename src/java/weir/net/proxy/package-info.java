/**
 * Proxies that connections go through: HTTP, HTTPS, SOCKS 4 and 5, and which hosts do without. Start
 * with {@link weir.net.proxy.ProxyServer}. Handlers run on event loops.
 */
package weir.net.proxy;
