/**
 * TLS for every protocol: contexts from keys in any form, by server name, renewed while they are in
 * use, and failures that say their cause. Start with {@link weir.net.tls.Tls}. Contexts are built on
 * the caller's thread, which may block; handlers run on event loops.
 */
package weir.net.tls;
