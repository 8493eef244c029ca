/**
 * Clocks: what time it is, and what runs later. A clock can be replaced, so that a test moves time
 * by hand.
 *
 * <p>Start with {@link weir.time.Clock}; engine code asks {@link weir.time.CurrentClock} for the
 * one to use. All types may be called from any thread. {@link weir.time.SystemClock} has one thread
 * that only dispatches; user functions run elsewhere.
 */
package weir.time;
