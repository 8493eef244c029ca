/**
 * Netty made ours: transports, event loops, listening sockets and the bridges between channels,
 * deferreds and streams. Start with {@link weir.net.TcpListener} and {@link weir.net.Transport}.
 * Handlers run on event loop threads, which must never block.
 */
package weir.net;
