/**
 * The older names of types that existing programs name by class: streams over a buffer or over a Clojure {@code reify}.
 * There is no logic here; see {@link weir.bytes}. Neither stream may be shared by threads.
 */
package byte_streams;
