package weir.bytes;

/** A set of classes that is not one class with its subclasses: what a protocol covers. */
public interface Kind {

  /** Returns true if values of {@code c} belong to this kind. */
  boolean covers(Class<?> c);

  /** Returns what users see for it, such as the protocol's var. */
  Object shown();
}
