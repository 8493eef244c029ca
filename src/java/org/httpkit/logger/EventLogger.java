package org.httpkit.logger;

/**
 * Is told the name of each event.
 *
 * @param <E> what events are
 */
@FunctionalInterface
public interface EventLogger<E> {

  /** Tells about an event. */
  void log(E event);
}
