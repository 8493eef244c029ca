/**
 * The unified channel of http-kit's API: one object for long polling, streaming and WebSockets. Start
 * with {@link weir.http.server.channel.ResponseChannel}; {@link
 * weir.http.server.channel.ChannelApplication} gives each request one. Handlers and callbacks run on the
 * server's handler threads, and any thread may use a channel.
 */
package weir.http.server.channel;
