/** How programs written for http-kit are told about events; they implement these. */
package org.httpkit.logger;
