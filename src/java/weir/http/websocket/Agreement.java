package weir.http.websocket;

/**
 * What a handshake has brought.
 *
 * @param server whether this side is the server
 * @param subProtocol the chosen one, or null
 * @param deflate what was agreed about compression, or null
 */
record Agreement(boolean server, String subProtocol, PerMessageDeflate deflate) {}
