/**
 * TCP, and unix domain sockets, as duplex streams of bytes. Start with {@link weir.tcp.TcpServer} and
 * {@link weir.tcp.TcpClient}. Streams may be used by any thread; handlers are called on an event loop
 * unless an executor is given.
 */
package weir.tcp;
