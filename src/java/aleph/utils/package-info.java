/**
 * Exceptions that existing programs name by class. There is no logic here: the engine's client, in
 * {@code weir.http.client}, throws them. Start with {@link aleph.utils.RequestTimeoutException}.
 */
package aleph.utils;
