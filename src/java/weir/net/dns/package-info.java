/**
 * Names to addresses without blocking, by a resolver of our own. Start with {@link
 * weir.net.dns.DnsResolvers}. Built on the caller's thread; queries run on event loops.
 */
package weir.net.dns;
