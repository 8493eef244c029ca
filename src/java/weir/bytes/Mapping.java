package weir.bytes;

/** A function that may throw. */
@FunctionalInterface
interface Mapping {
  Object apply(Object x) throws Exception;
}
