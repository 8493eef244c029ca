package org.httpkit.logger;

/**
 * Is told about an event.
 *
 * @param <E> what has happened
 * @param <C> about what
 */
@FunctionalInterface
public interface ContextLogger<E, C> {

  /** Tells about an event. */
  void log(E event, C context);
}
