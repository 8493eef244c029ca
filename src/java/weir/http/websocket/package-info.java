/**
 * WebSocket (RFC 6455) for both sides: frames, messages, compression (RFC 7692), closing. Start with
 * {@link weir.http.websocket.WebSocket} and {@link weir.http.websocket.WebSocketListener}; the
 * connection itself is {@code WebSocketSession}. Bytes are decoded and written on the socket's event
 * loop; listeners are called, in order, on the threads that its {@code Carrier} chooses.
 */
package weir.http.websocket;
