/**
 * The client's types that programs written for http-kit name by class. Start with {@link
 * org.httpkit.client.IFilter}.
 */
package org.httpkit.client;
