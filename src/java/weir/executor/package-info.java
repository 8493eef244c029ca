/**
 * Which thread runs what: the executor of the current thread, virtual threads where the JVM has
 * them, pools that grow and shrink by a controller, and their statistics.
 *
 * <p>Start with {@link weir.executor.Pools}, the two pools everything else uses. All types may be
 * called from any thread; no user code ever runs under one of their locks.
 */
package weir.executor;
