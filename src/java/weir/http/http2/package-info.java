/**
 * What both sides of HTTP/2 (RFC 9113) share: field sections as the rest of the engine sees them and as
 * the codec wants them, limits and settings, the codec, and what guards it against floods. Read {@link
 * weir.http.http2.FrameCodecs} first, then {@link weir.http.http2.Http2Fields}. Everything is for the
 * event loop of a connection, but for field sections, which any thread may read and make.
 */
package weir.http.http2;
