package manifold.bus;

/** Topics and their subscribers. */
public interface IEventBus {

  /** Returns a map from topic to a vector of subscribed streams. */
  Object snapshot();

  /** Returns a source of the messages published to {@code topic}. */
  Object subscribe(Object topic);

  /** Returns a seq of the streams subscribed to {@code topic}, or null. */
  Object downstream(Object topic);

  /** Puts {@code msg} to every subscriber; a deferred that is true when all puts have ended. */
  Object publish(Object topic, Object msg);

  /** Returns true when {@code topic} has a subscriber. */
  Object isActive(Object topic);
}
