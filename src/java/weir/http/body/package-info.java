/**
 * Message bodies on their way in and out, for both sides and all protocol versions. Start with {@link
 * weir.http.body.StreamingBody} for what is sent and with {@link weir.http.body.StreamedBody} for what
 * is received. Called on the event loop of a connection, except where a body says otherwise.
 */
package weir.http.body;
