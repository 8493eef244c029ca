/**
 * Types that programs written for http-kit name by class. There is no logic here, or a delegation to
 * the engine. Start with {@link org.httpkit.HTTPException}, whose subclasses are what the {@code
 * :error} of a client's response dispatches on.
 */
package org.httpkit;
