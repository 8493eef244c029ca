package weir.deferred;

import java.util.Map;

/**
 * Something that belongs to a thread and should follow a program's functions to the threads that call
 * them: a logging context, dynamic bindings, the current span of a trace. Off until {@link
 * Context#convey} is told which carriers to use.
 *
 * <p>OpenTelemetry's context, for example:
 *
 * <pre>{@code
 * new ContextCarrier<io.opentelemetry.context.Context>() {
 *   public io.opentelemetry.context.Context capture() {
 *     return io.opentelemetry.context.Context.current();
 *   }
 *
 *   public Scope enter(io.opentelemetry.context.Context captured) {
 *     return captured.makeCurrent()::close;
 *   }
 * }
 * }</pre>
 *
 * @param <C> what is captured
 */
public interface ContextCarrier<C> {

  /** Ends what {@link #enter} began. */
  @FunctionalInterface
  interface Scope extends AutoCloseable {

    /** Gives the thread back what it had before. Called once, on the thread that entered. */
    @Override
    void close();
  }

  /** Returns what the calling thread has now, null for nothing. It may be entered many times. */
  C capture();

  /**
   * Gives the calling thread what was captured on another one.
   *
   * @param captured what {@link #capture} returned, null included
   * @return what restores the thread's own
   */
  Scope enter(C captured);

  /** Carries Clojure's dynamic bindings. */
  static ContextCarrier<Object> bindings() {
    return new BindingsCarrier();
  }

  /** Carries slf4j's mapped diagnostic context. */
  static ContextCarrier<Map<String, String>> mdc() {
    return new MdcCarrier();
  }
}
