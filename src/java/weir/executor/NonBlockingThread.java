package weir.executor;

/**
 * Marks threads that serve many connections and so must never wait, such as event loops. A blocking
 * wait on such a thread is reported; see {@link BlockingCalls}.
 */
public interface NonBlockingThread {}
