/**
 * The server's types that programs written for http-kit name by class: no logic. {@code
 * weir.http.server.channel} implements {@link org.httpkit.server.AsyncChannel}.
 */
package org.httpkit.server;
