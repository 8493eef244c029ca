/**
 * Types that existing programs name by class: sources and sinks. There is no logic here; the engine's
 * {@code weir} packages implement these types and the Clojure namespaces of the same name use them.
 */
package manifold.stream.core;
