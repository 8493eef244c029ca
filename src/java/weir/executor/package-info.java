/**
 * Which thread runs what: the executor a thread belongs to, virtual threads where the JVM has them,
 * pools, and their statistics. Start with {@link weir.executor.CurrentExecutor}. Everything here may
 * be called from any thread.
 */
package weir.executor;
