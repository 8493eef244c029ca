package weir.time;

/**
 * Something scheduled by the engine itself that takes well under a microsecond, never blocks and
 * calls no user code, directly or through a listener. {@link SystemClock} runs it on its own thread
 * instead of handing it to another; everything else that is scheduled leaves that thread.
 */
@FunctionalInterface
public interface InlineTask extends Runnable {}
