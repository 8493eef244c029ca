/** What {@code org.httpkit.timer} returns; {@code weir.time.DelayedTask} implements it. */
package org.httpkit.timer;
